package verify

import (
	"os"
	"path/filepath"
)

// stubs stand in for the few headers of a C library that the kernel's headers include, so that none is
// needed and none gets in the way.
var stubs = map[string]string{
	"stddef.h": `#pragma once
typedef __SIZE_TYPE__ size_t;
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
`,
	"stdint.h": `#pragma once
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
`,
	"stdbool.h": `#pragma once
#define bool _Bool
`,
	"limits.h": `#pragma once
#define INT_MAX __INT_MAX__
#define UINT_MAX (__INT_MAX__ * 2U + 1U)
`,
	"string.h": "#pragma once\n#include <stddef.h>\n",
	"time.h": `#pragma once
struct timespec { long tv_sec; long tv_nsec; };
struct timeval { long tv_sec; long tv_usec; };
`,
	"sys/time.h":  "#include <time.h>\n",
	"sys/types.h": "#include <stdint.h>\n#include <stddef.h>\n",
	"sys/ioctl.h": "#include <linux/ioctl.h>\n",
	"sys/socket.h": `#pragma once
#include <stddef.h>
#include <time.h>
typedef unsigned short sa_family_t;
typedef unsigned int socklen_t;
struct sockaddr { sa_family_t sa_family; char sa_data[14]; };
`,
	"net/if.h":           "#include <linux/if.h>\n",
	"netinet/in.h":       "#include <linux/in.h>\n#include <linux/in6.h>\n",
	"netinet/if_ether.h": "#include <linux/if_ether.h>\n",
	"arpa/inet.h":        "#include <linux/in.h>\n",
}

// writeStubs writes them below a folder.
func writeStubs(dir string) error {
	for name, text := range stubs {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
