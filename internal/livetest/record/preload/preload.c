/*
 * Writes what a program sends and receives on netlink sockets to the file that RECORD_TO names: one line a
 * datagram, "S" for sent or "R" for received, the netlink protocol, the bytes as hex. A datagram that was
 * truncated, or only peeked at, is left out. It sees every function of the C library that moves bytes through a
 * socket, the checked forms of fortified programs included; not io_uring, and no system call made by hand.
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
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

/* NEXT is the function of the C library that this one stands before. */
#define NEXT(name, ...) ((__typeof__(&name))next(#name))(__VA_ARGS__)

static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (f == NULL)
		abort();
	return f;
}

static void sent(int fd, const struct iovec *iov, size_t count, ssize_t n)
{
	if (n > 0)
		record('S', fd, iov, count, n);
}

static void received(int fd, const struct iovec *iov, size_t count, ssize_t n, int flags)
{
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room += iov[i].iov_len;
	if (n > 0 && (size_t)n <= room && !(flags & (MSG_PEEK | MSG_TRUNC)))
		record('R', fd, iov, count, n);
}

ssize_t send(int fd, const void *b, size_t len, int flags)
{
	ssize_t n = NEXT(send, fd, b, len, flags);

	sent(fd, &(struct iovec){ (void *)b, len }, 1, n);
	return n;
}

ssize_t sendto(int fd, const void *b, size_t len, int flags, const struct sockaddr *to, socklen_t size)
{
	ssize_t n = NEXT(sendto, fd, b, len, flags, to, size);

	sent(fd, &(struct iovec){ (void *)b, len }, 1, n);
	return n;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t n = NEXT(sendmsg, fd, m, flags);

	sent(fd, m->msg_iov, m->msg_iovlen, n);
	return n;
}

int sendmmsg(int fd, struct mmsghdr *m, unsigned int count, int flags)
{
	int n = NEXT(sendmmsg, fd, m, count, flags);

	for (int i = 0; i < n; i++)
		sent(fd, m[i].msg_hdr.msg_iov, m[i].msg_hdr.msg_iovlen, m[i].msg_len);
	return n;
}

ssize_t write(int fd, const void *b, size_t len)
{
	ssize_t n = NEXT(write, fd, b, len);

	sent(fd, &(struct iovec){ (void *)b, len }, 1, n);
	return n;
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	ssize_t n = NEXT(writev, fd, iov, count);

	sent(fd, iov, count, n);
	return n;
}

ssize_t recv(int fd, void *b, size_t len, int flags)
{
	ssize_t n = NEXT(recv, fd, b, len, flags);

	received(fd, &(struct iovec){ b, len }, 1, n, flags & MSG_PEEK);
	return n;
}

ssize_t recvfrom(int fd, void *b, size_t len, int flags, struct sockaddr *from, socklen_t *size)
{
	ssize_t n = NEXT(recvfrom, fd, b, len, flags, from, size);

	received(fd, &(struct iovec){ b, len }, 1, n, flags & MSG_PEEK);
	return n;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = NEXT(recvmsg, fd, m, flags);

	received(fd, m->msg_iov, m->msg_iovlen, n, (flags & MSG_PEEK) | (m->msg_flags & MSG_TRUNC));
	return n;
}

int recvmmsg(int fd, struct mmsghdr *m, unsigned int count, int flags, struct timespec *timeout)
{
	int n = NEXT(recvmmsg, fd, m, count, flags, timeout);

	for (int i = 0; i < n; i++)
		received(fd, m[i].msg_hdr.msg_iov, m[i].msg_hdr.msg_iovlen, m[i].msg_len,
			 (flags & MSG_PEEK) | (m[i].msg_hdr.msg_flags & MSG_TRUNC));
	return n;
}

ssize_t read(int fd, void *b, size_t len)
{
	ssize_t n = NEXT(read, fd, b, len);

	received(fd, &(struct iovec){ b, len }, 1, n, 0);
	return n;
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
	ssize_t n = NEXT(readv, fd, iov, count);

	received(fd, iov, count, n, 0);
	return n;
}

/* Fortified programs call these where the compiler knows the buffer's size. */
void __chk_fail(void) __attribute__((noreturn));

ssize_t __recv_chk(int fd, void *b, size_t len, size_t room, int flags)
{
	if (len > room)
		__chk_fail();
	return recv(fd, b, len, flags);
}

ssize_t __recvfrom_chk(int fd, void *b, size_t len, size_t room, int flags, struct sockaddr *from, socklen_t *size)
{
	if (len > room)
		__chk_fail();
	return recvfrom(fd, b, len, flags, from, size);
}

ssize_t __read_chk(int fd, void *b, size_t len, size_t room)
{
	if (len > room)
		__chk_fail();
	return read(fd, b, len);
}
