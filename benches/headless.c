/* The other sides of headless.sh, and what it compares with: an echo server with one thread and epoll, a loop of recv.
 *   headless port                          a free port
 *   headless echo PORT                     echoes on every connection, until it is killed
 *   headless ping PORT CONNECTIONS SECONDS prints round trips a second: each connection sends 64 bytes and waits for them
 *   headless recv PORT                     receives datagrams, until it is killed
 *   headless flood PORT COUNT RATE         sends COUNT datagrams of 64 bytes, RATE a second (0: as fast as it can) */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LEN = 64, EVENTS = 256, ROOM = 65536 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in at(const char *port) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int bound(int type, const char *port) {
    int fd = socket(AF_INET, type, 0), on = 1, room = 8 << 20;
    struct sockaddr_in addr = at(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0) die("bind");
    return fd;
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

static void echo(const char *port) {
    static char buffer[ROOM];
    int listener = bound(SOCK_STREAM, port), epoll = epoll_create1(0);
    if (listen(listener, 1024) < 0) die("listen");
    watch(epoll, listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (client >= 0) watch(epoll, client);
                continue;
            }
            ssize_t got = recv(fd, buffer, sizeof buffer, 0);
            if (got > 0) {
                if (send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got) close(fd);
            } else if (got == 0 || errno != EAGAIN) {
                close(fd);
            }
        }
    }
}

static void ping(const char *port, int connections, double seconds) {
    char buffer[LEN] = {7};
    int epoll = epoll_create1(0), on = 1, *left = calloc(65536, sizeof *left);
    long trips = 0;
    for (int i = 0; i < connections; i++) {
        struct sockaddr_in addr = at(port);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0) die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, fd);
        left[fd] = LEN;
        if (send(fd, buffer, LEN, 0) != LEN) die("send");
    }
    double begin = now();
    while (now() - begin < seconds) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            ssize_t got = recv(fd, buffer, (size_t)left[fd], 0);
            if (got <= 0) die("recv");
            if ((left[fd] -= (int)got) > 0) continue;
            left[fd] = LEN;
            trips++;
            if (send(fd, buffer, LEN, 0) != LEN) die("send");
        }
    }
    printf("%.0f\n", (double)trips / (now() - begin));
}

static void receive(const char *port) {
    static char buffer[ROOM];
    int fd = bound(SOCK_DGRAM, port);
    while (recv(fd, buffer, sizeof buffer, 0) >= 0) {}
}

static void flood(const char *port, long count, double rate) {
    char payload[LEN] = {7};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in addr = at(port);
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0) die("connect");
    double begin = now();
    for (long i = 0; i < count; i++) {
        /* One at a time: several together would spare the receiver its wake-ups. */
        while (rate > 0 && now() - begin < (double)i / rate) {
            struct timespec rest = {.tv_nsec = 20000};
            nanosleep(&rest, NULL);
        }
        if (send(fd, payload, LEN, 0) < 0 && errno != ECONNREFUSED) die("send");
    }
}

int main(int argc, char **argv) {
    const char *does = argc > 1 ? argv[1] : "", *port = argc > 2 ? argv[2] : "0";
    if (!strcmp(does, "port")) {
        struct sockaddr_in addr;
        socklen_t len = sizeof addr;
        int fd = bound(SOCK_STREAM, "0");
        getsockname(fd, (struct sockaddr *)&addr, &len);
        printf("%d\n", ntohs(addr.sin_port));
    } else if (!strcmp(does, "echo")) {
        echo(port);
    } else if (!strcmp(does, "ping") && argc > 4) {
        ping(port, atoi(argv[3]), atof(argv[4]));
    } else if (!strcmp(does, "recv")) {
        receive(port);
    } else if (!strcmp(does, "flood") && argc > 4) {
        flood(port, atol(argv[3]), atof(argv[4]));
    } else {
        fprintf(stderr, "headless: see its source\n");
        return 2;
    }
    return 0;
}
