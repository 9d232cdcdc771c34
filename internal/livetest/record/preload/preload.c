/*
 * Writes what a program sends and receives on netlink sockets to the file that RECORD_TO names: one line a
 * datagram, "S" for sent or "R" for received, the netlink protocol, the bytes as hex. A datagram that was
 * truncated, or only peeked at, is left out.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* protocol returns the netlink protocol of a socket, or -1 for other sockets. */
static int protocol(int fd)
{
	int value;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &len) != 0 || value != AF_NETLINK)
		return -1;
	len = sizeof(value);
	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &len) != 0)
		return -1;
	return value;
}

static void record(char way, int fd, const struct iovec *iov, size_t count, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	int saved = errno, proto = protocol(fd);
	const char *path = getenv("RECORD_TO");
	char *line, *p;
	int out;

	if (proto < 0 || path == NULL || size == 0 || (line = malloc(2 * size + 32)) == NULL)
		goto end;
	p = line + sprintf(line, "%c %d ", way, proto);
	for (size_t i = 0; i < count && size > 0; i++) {
		const unsigned char *b = iov[i].iov_base;
		size_t n = iov[i].iov_len < size ? iov[i].iov_len : size;

		for (size_t j = 0; j < n; j++) {
			*p++ = digits[b[j] >> 4];
			*p++ = digits[b[j] & 15];
		}
		size -= n;
	}
	*p++ = '\n';
	out = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (out >= 0) {
		if (write(out, line, p - line) != p - line)
			abort();
		close(out);
	}
	free(line);
end:
	errno = saved;
}

static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (f == NULL)
		abort();
	return f;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t n = ((ssize_t(*)(int, const struct msghdr *, int))next("sendmsg"))(fd, m, flags);

	if (n > 0)
		record('S', fd, m->msg_iov, m->msg_iovlen, n);
	return n;
}

ssize_t sendto(int fd, const void *b, size_t len, int flags, const struct sockaddr *to, socklen_t size)
{
	ssize_t n = ((ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))next("sendto"))(
		fd, b, len, flags, to, size);
	struct iovec v = { (void *)b, len };

	if (n > 0)
		record('S', fd, &v, 1, n);
	return n;
}

ssize_t send(int fd, const void *b, size_t len, int flags)
{
	ssize_t n = ((ssize_t(*)(int, const void *, size_t, int))next("send"))(fd, b, len, flags);
	struct iovec v = { (void *)b, len };

	if (n > 0)
		record('S', fd, &v, 1, n);
	return n;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = ((ssize_t(*)(int, struct msghdr *, int))next("recvmsg"))(fd, m, flags);

	if (n > 0 && !(flags & MSG_PEEK) && !(m->msg_flags & MSG_TRUNC))
		record('R', fd, m->msg_iov, m->msg_iovlen, n);
	return n;
}

ssize_t recvfrom(int fd, void *b, size_t len, int flags, struct sockaddr *from, socklen_t *size)
{
	ssize_t n = ((ssize_t(*)(int, void *, size_t, int, struct sockaddr *, socklen_t *))next("recvfrom"))(
		fd, b, len, flags, from, size);
	struct iovec v = { b, len };

	if (n > 0 && !(flags & MSG_PEEK) && (size_t)n <= len)
		record('R', fd, &v, 1, n);
	return n;
}

ssize_t recv(int fd, void *b, size_t len, int flags)
{
	ssize_t n = ((ssize_t(*)(int, void *, size_t, int))next("recv"))(fd, b, len, flags);
	struct iovec v = { b, len };

	if (n > 0 && !(flags & MSG_PEEK) && (size_t)n <= len)
		record('R', fd, &v, 1, n);
	return n;
}
