/*
 * Sends a message through every function of the C library that can send, and receives its acknowledgement through
 * every one that can receive. The sequence numbers count up; a peek comes before each answer.
 */
#define _GNU_SOURCE
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static struct nlmsghdr request = { sizeof(request), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0 };
static char buffer[4096];
static volatile size_t size = sizeof(buffer); /* volatile: makes fortified programs check it when they run */

static void want(long got)
{
	if (got <= 0)
		abort();
}

static long transmit(int fd, int way)
{
	struct iovec iov[2] = { { &request, 5 }, { (char *)&request + 5, sizeof(request) - 5 } };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 2 } };

	request.nlmsg_seq++;
	switch (way) {
	case 0: return send(fd, &request, sizeof(request), 0);
	case 1: return sendto(fd, &request, sizeof(request), 0, NULL, 0);
	case 2: return sendmsg(fd, &m.msg_hdr, 0);
	case 3: return sendmmsg(fd, &m, 1, 0);
	case 4: return write(fd, &request, sizeof(request));
	default: return writev(fd, iov, 2);
	}
}

static long receive(int fd, int way)
{
	struct iovec iov[2] = { { buffer, 7 }, { buffer + 7, size - 7 } };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 2 } };

	want(recv(fd, buffer, size, MSG_PEEK));
	switch (way) {
	case 0: return recv(fd, buffer, size, 0);
	case 1: return recvfrom(fd, buffer, size, 0, NULL, NULL);
	case 2: return recvmsg(fd, &m.msg_hdr, 0);
	case 3: return recvmmsg(fd, &m, 1, 0, NULL);
	case 4: return read(fd, buffer, size);
	default: return readv(fd, iov, 2);
	}
}

int main(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	want(connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) + 1);
	for (int way = 0; way < 6; way++) {
		want(transmit(fd, way));
		want(receive(fd, way));
	}
	return 0;
}
