// A chat endpoint that costs next to nothing, so that a benchmark measures the program and not its server.
//
//     endpoint LATENCY SLOTS JITTER queue|refuse
//
// It listens on a free port of 127.0.0.1 and prints the port. Every POST is answered with the same caption
// LATENCY seconds later, shaken by up to JITTER of it either way. SLOTS requests are worked on at a time (0: any
// number); further ones queue, or are refused with 429. GET /stats tells what was seen; any other GET lists
// one model. It ends with its standard input, so that it never outlives its benchmark.

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <netinet/tcp.h>
#include <queue>
#include <random>
#include <string>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <unordered_map>

namespace {

double now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string message(const char* status, const std::string& body, const char* headers = "") {
    return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kCaption = message(
    "200 OK",
    R"({"id":"1","object":"chat.completion","created":1,"model":"mock","choices":[{"index":0,"message":)"
    R"({"role":"assistant","content":"A young woman in an orange coat and a scarf stands on a pier at night, )"
    R"(a lantern in one hand and a folded map in the other, while small boats drift in the fog behind her."},)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":640,"completion_tokens":42,"total_tokens":682}})");
const std::string kModels = message("200 OK", R"({"object":"list","data":[{"id":"mock","object":"model"}]})");
const std::string kRefusal = message(
    "429 Too Many Requests", R"({"error":{"message":"all slots are taken","type":"rate_limit"}})",
    "retry-after-ms: 100\r\n");

struct Connection {
    uint64_t number = 0;
    std::string head;         // what came of the head of the next request
    size_t body_left = 0;     // bytes of the body that are still to come
    bool in_body = false;
    bool worked_on = false;
    std::string unsent;
};

struct Due {
    double time;
    int descriptor;
    uint64_t connection;
    bool operator<(const Due& other) const { return time > other.time; }
};

class Endpoint {
  public:
    Endpoint(double latency, int slots, double jitter, bool refuses)
        : latency_(latency), slots_(slots), jitter_(jitter), refuses_(refuses) {}

    void serve() {
        listen_on_a_free_port();
        epoll_event events[512];
        while (true) {
            const int count = epoll_wait(poll_, events, 512, milliseconds_until_due());
            for (int each = 0; each < count; ++each) {
                const int descriptor = events[each].data.fd;
                if (descriptor == STDIN_FILENO) return;
                if (descriptor == listener_) {
                    accept_all();
                } else {
                    if (events[each].events & EPOLLOUT) flush(descriptor);
                    if (events[each].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(descriptor);
                }
            }
            answer_what_is_due();
        }
    }

  private:
    void listen_on_a_free_port() {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(listener_, generic, size) != 0 || listen(listener_, 4096) != 0) {
            perror("listen");
            exit(1);
        }
        getsockname(listener_, generic, &size);
        poll_ = epoll_create1(0);
        watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
        watch(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
        printf("%d\n", ntohs(address.sin_port));
        fflush(stdout);
    }

    void watch(int descriptor, uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor;
        epoll_ctl(poll_, operation, descriptor, &event);
    }

    int milliseconds_until_due() const {
        if (due_.empty()) return -1;
        return static_cast<int>(std::ceil(std::fmax(0.0, due_.top().time - now()) * 1000));
    }

    void accept_all() {
        int descriptor;
        while ((descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
            const int on = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            connections_[descriptor] = Connection{};
            connections_[descriptor].number = ++connections_seen_;
            watch(descriptor, EPOLLIN, EPOLL_CTL_ADD);
        }
    }

    void receive(int descriptor) {
        static char buffer[1 << 18];
        while (connections_.count(descriptor)) {
            const ssize_t size = recv(descriptor, buffer, sizeof buffer, 0);
            if (size < 0 && errno == EAGAIN) return;
            if (size <= 0) return hang_up(descriptor);
            take(descriptor, buffer, static_cast<size_t>(size));
        }
    }

    void take(int descriptor, const char* data, size_t size) {
        Connection& from = connections_[descriptor];
        if (!from.in_body) {
            from.head.append(data, size);
            const size_t end = from.head.find("\r\n\r\n");
            if (end == std::string::npos) return;
            const char* length = strcasestr(from.head.c_str(), "\r\ncontent-length:");
            from.body_left = length ? strtoull(length + 17, nullptr, 10) : 0;
            from.in_body = true;
            size = from.head.size() - end - 4;
        }
        from.body_left -= std::min(size, from.body_left);
        if (from.body_left == 0) {
            const std::string head = std::move(from.head);
            from.head.clear();
            from.in_body = false;
            treat(descriptor, head);
        }
    }

    void treat(int descriptor, const std::string& head) {
        if (head.rfind("GET /stats", 0) == 0) {
            answer(descriptor, message("200 OK", stats()));
        } else if (head.rfind("GET ", 0) == 0) {
            answer(descriptor, kModels);
        } else if (slots_ == 0 || working_ < slots_) {
            begin(descriptor);
        } else if (refuses_) {
            ++refused_;
            answer(descriptor, kRefusal);
        } else {
            queue_.push_back({0.0, descriptor, connections_[descriptor].number});
        }
    }

    void begin(int descriptor) {
        change_working(1);
        Connection& from = connections_[descriptor];
        from.worked_on = true;
        const double shaken = latency_ * (1.0 + jitter_ * std::uniform_real_distribution<>(-1.0, 1.0)(random_));
        if (shaken > 0) {
            due_.push({now() + shaken, descriptor, from.number});
        } else {
            finish(descriptor);
        }
    }

    void finish(int descriptor) {
        connections_[descriptor].worked_on = false;
        change_working(-1);
        ++answered_;
        answer(descriptor, kCaption);
        work_on_the_queue();
    }

    void answer_what_is_due() {
        while (!due_.empty() && due_.top().time <= now()) {
            const Due next = due_.top();
            due_.pop();
            if (is_open(next)) finish(next.descriptor);
        }
    }

    void work_on_the_queue() {
        while (!queue_.empty() && working_ < slots_) {
            const Due next = queue_.front();
            queue_.pop_front();
            if (is_open(next)) begin(next.descriptor);
        }
    }

    bool is_open(const Due& of) const {
        const auto found = connections_.find(of.descriptor);
        return found != connections_.end() && found->second.number == of.connection;
    }

    void change_working(int by) {
        const double time = now();
        busy_ += working_ * (time - changed_);
        changed_ = time;
        working_ += by;
        most_ = std::max(most_, working_);
    }

    std::string stats() {
        change_working(0);
        char text[200];
        snprintf(text, sizeof text, "{\"time\":%.6f,\"answered\":%ld,\"refused\":%ld,\"busy\":%.6f,\"most\":%d}",
                 changed_, answered_, refused_, busy_, most_);
        return text;
    }

    void answer(int descriptor, const std::string& text) {
        connections_[descriptor].unsent += text;
        flush(descriptor);
    }

    void flush(int descriptor) {
        const auto found = connections_.find(descriptor);
        if (found == connections_.end()) return;
        std::string& unsent = found->second.unsent;
        const ssize_t sent = send(descriptor, unsent.data(), unsent.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return hang_up(descriptor);
        unsent.erase(0, sent < 0 ? 0 : static_cast<size_t>(sent));
        watch(descriptor, unsent.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }

    void hang_up(int descriptor) {
        const bool worked_on = connections_[descriptor].worked_on;
        connections_.erase(descriptor);
        close(descriptor);
        if (worked_on) {
            change_working(-1);
            work_on_the_queue();
        }
    }

    const double latency_;
    const int slots_;
    const double jitter_;
    const bool refuses_;
    int listener_ = -1, poll_ = -1;
    std::unordered_map<int, Connection> connections_;
    uint64_t connections_seen_ = 0;
    std::priority_queue<Due> due_;
    std::deque<Due> queue_;
    std::mt19937 random_{1};
    int working_ = 0, most_ = 0;
    long answered_ = 0, refused_ = 0;
    double busy_ = 0.0, changed_ = now();  // requests worked on times seconds, up to the last change
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        fprintf(stderr, "endpoint LATENCY SLOTS JITTER queue|refuse\n");
        return 2;
    }
    Endpoint(atof(arguments[1]), atoi(arguments[2]), atof(arguments[3]), strcmp(arguments[4], "refuse") == 0).serve();
    return 0;
}
