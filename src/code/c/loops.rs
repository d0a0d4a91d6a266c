//! The loops of a C program: who is waited for, and by which thread.

use super::{C, C11};
use crate::code::plan::{Conversation, Style};
use crate::code::source::Calls;
use crate::t;

impl C11<'_> {
    pub(super) fn client_list(&mut self) {
        self.uses(&["pthread.h"]);
        self.body.blank();
        self.body.lines(
            "enum { MOST_CLIENTS = 1024 };\nstatic int clients[MOST_CLIENTS];\nstatic size_t client_count;\n\
             static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;\n\n\
             static void add_client(int fd) {\n  pthread_mutex_lock(&clients_lock);\n  if (client_count < MOST_CLIENTS) {\n    \
             clients[client_count] = fd;\n    client_count += 1;\n  }\n  pthread_mutex_unlock(&clients_lock);\n}\n\n\
             static void remove_client(int fd) {\n  pthread_mutex_lock(&clients_lock);\n  \
             for (size_t at = 0; at < client_count; at++) {\n    if (clients[at] == fd) {\n      client_count -= 1;\n      \
             clients[at] = clients[client_count];\n      break;\n    }\n  }\n  pthread_mutex_unlock(&clients_lock);\n}",
        );
        let comment = t!(self.lang, "code-type-all").into_owned();
        self.function(
            &comment,
            "static void *send_what_is_typed(void *unused) {\n  (void)unused;\n  char *line = NULL;\n  size_t room = 0;\n  \
             ssize_t length;\n  while ((length = getline(&line, &room, stdin)) >= 0) {\n    \
             pthread_mutex_lock(&clients_lock);\n    for (size_t at = 0; at < client_count; at++) {\n      \
             send_typed(clients[at], line, (size_t)length);\n    }\n    pthread_mutex_unlock(&clients_lock);\n  }\n  \
             free(line);\n  return NULL;\n}",
        );
    }

    pub(super) fn serve_function(&mut self, talk: &Conversation) {
        let comment = t!(self.lang, "code-serve").into_owned();
        self.function(
            &comment,
            "static void *serve(void *argument) {\n  struct connection *connection = argument;\n  while (receive(connection))\n    ;",
        );
        self.body.begin();
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.body.line("remove_client(connection->fd);");
        }
        self.body.call("close", t!(self.lang, "code-close"), "close(connection->fd);");
        self.free_connection(talk, "connection");
        self.body.line("return NULL;");
        self.body.end();
        self.body.line("}");
    }

    /// A client's or a datagram socket's receiving thread.
    pub(super) fn keep_receiving_function(&mut self, _: &Conversation) {
        self.uses(&["pthread.h"]);
        let comment = t!(self.lang, "code-listen-thread").into_owned();
        let wait = match self.plan.is_stream() {
            true => "  while (receive(connection))\n    ;\n  return NULL;\n}",
            false => "  for (;;) {\n    receive(connection);\n  }\n  return NULL;\n}",
        };
        let head = "static void *keep_receiving(void *argument) {\n  struct connection *connection = argument;\n";
        self.function(&comment, &format!("{head}{wait}"));
    }

    /// Prints where the socket is bound.
    pub(super) fn print_local(&mut self, variable: &str, what: &str) {
        if self.plan.is_unix() {
            let path = super::local_names(self.plan)[2].to_ascii_lowercase();
            self.body.line(format!("printf(\"{what} %s\\n\", {path});"));
        } else {
            self.uses(&["netdb.h"]);
            self.body.lines(&format!(
                "char own_host[NI_MAXHOST];\nchar own_port[NI_MAXSERV];\nlocal_length = sizeof(local);\n\
                 getsockname({variable}, (struct sockaddr *)&local, &local_length);\n\
                 getnameinfo((struct sockaddr *)&local, local_length, own_host,\n            \
                 sizeof(own_host), own_port, sizeof(own_port),\n            \
                 NI_NUMERICHOST | NI_NUMERICSERV);\nprintf(\"{what} %s %s\\n\", own_host, own_port);"
            ));
        }
        self.body.line("fflush(stdout);");
    }

    fn accept(&mut self) {
        self.body.line("struct connection *connection = calloc(1, sizeof(*connection));");
        self.body.lines("if (connection == NULL) {\n  perror(\"calloc\");\n  return EXIT_FAILURE;\n}");
        self.body.line("connection->peer_length = sizeof(connection->peer);");
        self.body.line("struct sockaddr *peer = (struct sockaddr *)&connection->peer;");
        let comment = t!(self.lang, "code-accept");
        self.body.call("accept", comment, "int fd = accept(listener, peer, &connection->peer_length);");
        self.body.line("connection->fd = check(fd, \"accept\");");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("fd", set));
    }

    pub(super) fn server(&mut self, talk: &Conversation) {
        let backlog = self.plan.socket.backlog.unwrap_or(1);
        self.make_socket("listener");
        self.bind("listener");
        let comment = t!(self.lang, "code-listen", backlog = backlog);
        self.body.call("listen", comment, format!("check(listen(listener, {backlog}), \"listen\");"));
        self.print_local("listener", "listening on");
        if talk.style == Style::Select {
            return self.poll_server(talk);
        }
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.body.line("pthread_t typist;");
            self.body.line("pthread_create(&typist, NULL, send_what_is_typed, NULL);");
            self.body.line("pthread_detach(typist);");
        }
        self.body.line(match talk.accept_limit {
            Some(limit) => format!("for (int accepted = 0; accepted < {limit}; accepted++) {{"),
            None => "for (;;) {".to_owned(),
        });
        self.body.begin();
        self.accept();
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.body.line("add_client(connection->fd);");
        }
        self.body.lines("puts(\"accepted\");\nfflush(stdout);");
        if talk.style == Style::Threads && !talk.one_at_a_time {
            self.uses(&["pthread.h"]);
            self.body.comment(t!(self.lang, "code-thread"));
            self.body.line("pthread_t thread;");
            self.body.line("int error = pthread_create(&thread, NULL, serve, connection);");
            self.body.lines(
                "if (error != 0) {\n  fprintf(stderr, \"pthread_create: error %d\\n\", error);\n  return EXIT_FAILURE;\n}\npthread_detach(thread);",
            );
        } else {
            self.body.line("serve(connection);");
        }
        self.body.end();
        self.body.line("}");
        if talk.accept_limit.is_some() {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "close(listener);");
            match talk.style {
                // The threads go on until each has said good-bye.
                Style::Threads => self.body.line("pthread_exit(NULL);"),
                Style::Plain | Style::Select => self.body.line("return 0;"),
            }
        }
    }

    fn poll_server(&mut self, talk: &Conversation) {
        self.uses(&["poll.h"]);
        let limit = talk.accept_limit;
        self.body.line("enum { MOST_CLIENTS = 1000 };");
        self.body.line("struct connection *clients[MOST_CLIENTS];");
        self.body.line("int client_count = 0;");
        if limit.is_some() {
            self.body.line("int accepted = 0;");
        }
        if talk.typed.is_some() {
            self.body.line("setvbuf(stdin, NULL, _IONBF, 0);");
            self.body.lines("char *line = NULL;\nsize_t room = 0;\nint keyboard = STDIN_FILENO;");
        }
        self.body.line(match limit {
            Some(limit) => format!("while (accepted < {limit} || client_count > 0) {{"),
            None => "for (;;) {".to_owned(),
        });
        self.body.begin();
        self.body.line("struct pollfd watched[MOST_CLIENTS + 2];");
        self.body.lines("for (int at = 0; at < client_count; at++) {\n  watched[at].fd = clients[at]->fd;\n  watched[at].events = POLLIN;\n}");
        let mut may = vec!["client_count < MOST_CLIENTS".to_owned()];
        if talk.one_at_a_time {
            may = vec!["client_count == 0".to_owned()];
        }
        may.extend(limit.map(|limit| format!("accepted < {limit}")));
        self.body.line(format!("int may_accept = {};", may.join(" && ")));
        self.body.lines("watched[client_count].fd = may_accept ? listener : -1;\nwatched[client_count].events = POLLIN;\nwatched[client_count].revents = 0;");
        let count = if talk.typed.is_some() { 2 } else { 1 };
        if count == 2 {
            self.body.lines("watched[client_count + 1].fd = keyboard;\nwatched[client_count + 1].events = POLLIN;");
        }
        self.body.comment(t!(self.lang, "code-select"));
        self.body.line(format!("nfds_t watched_count = (nfds_t)client_count + {count};"));
        self.body.line("check(poll(watched, watched_count, -1), \"poll\");");
        self.body.line("int before = client_count;");
        if talk.typed.is_some() {
            self.body.line("if (keyboard >= 0 && watched[before + 1].revents != 0) {");
            self.body.begin();
            self.body.lines("ssize_t length = getline(&line, &room, stdin);\nif (length < 0) {\n  keyboard = -1;\n}");
            self.body.line("for (int at = 0; length >= 0 && at < before; at++) {");
            self.body.begin();
            let comment = t!(self.lang, "code-send-typed");
            self.body.call("send", comment, "send_typed(clients[at]->fd, line, (size_t)length);");
            self.body.end();
            self.body.line("}");
            self.body.end();
            self.body.line("}");
        }
        self.body.line("for (int at = before - 1; at >= 0; at--) {");
        self.body.begin();
        self.body.lines("struct connection *client = clients[at];\nif (watched[at].revents == 0 || receive(client)) {\n  continue;\n}\nclient_count -= 1;\nclients[at] = clients[client_count];");
        self.body.call("close", t!(self.lang, "code-close"), "close(client->fd);");
        self.free_connection(talk, "client");
        self.body.end();
        self.body.line("}");
        self.body.line("if (watched[before].revents != 0) {");
        self.body.begin();
        self.accept();
        self.body
            .lines("clients[client_count] = connection;\nclient_count += 1;\nputs(\"accepted\");\nfflush(stdout);");
        if let Some(limit) = limit {
            self.body.line("accepted += 1;");
            self.body.line(format!("if (accepted == {limit}) {{"));
            self.body.begin();
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "close(listener);");
            self.body.end();
            self.body.line("}");
        }
        self.body.end();
        self.body.line("}");
        self.body.end();
        self.body.line("}");
        if limit.is_some() {
            self.body.line("return 0;");
        }
    }

    pub(super) fn client(&mut self, talk: &Conversation) {
        self.make_socket("fd");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("fd", set));
        self.bind("fd");
        self.resolve(true, "peer");
        let comment = t!(self.lang, "code-connect");
        self.body.comment(comment);
        self.body.marked(Calls::Named("connect"), |body| {
            body.line("check(connect(fd, (struct sockaddr *)&peer, peer_length), \"connect\");");
        });
        self.body.lines("puts(\"connected\");\nfflush(stdout);\nstruct connection connection = {0};\nconnection.fd = fd;\nconnection.peer = peer;\nconnection.peer_length = peer_length;");
        match (&talk.typed, talk.style) {
            (None, _) => self.body.lines("while (receive(&connection))\n  ;"),
            (Some(_), Style::Plain) => self.body.lines(
                "char *line = NULL;\nsize_t room = 0;\nssize_t length;\nwhile ((length = getline(&line, &room, stdin)) >= 0) {\n  \
                 if (!send_typed(fd, line, (size_t)length) || !receive(&connection)) {\n    break;\n  }\n}\nfree(line);",
            ),
            (Some(_), Style::Threads) => {
                self.body.comment(t!(self.lang, "code-thread-receives"));
                self.body.lines(
                    "pthread_t receiver;\npthread_create(&receiver, NULL, keep_receiving, &connection);\n\
                     char *line = NULL;\nsize_t room = 0;\nssize_t length;\nwhile ((length = getline(&line, &room, stdin)) >= 0) {\n  \
                     send_typed(fd, line, (size_t)length);\n}\nfree(line);",
                );
                self.body.call("shutdown", t!(self.lang, "code-shutdown"), "shutdown(fd, SHUT_WR);");
                self.body.line("pthread_join(receiver, NULL);");
            }
            (Some(_), Style::Select) => self.poll_peer(),
        }
        self.body.call("close", t!(self.lang, "code-close"), "close(fd);");
        self.body.line("return 0;");
    }

    /// One socket and the keyboard.
    fn poll_peer(&mut self) {
        self.uses(&["poll.h"]);
        let is_stream = self.plan.is_stream();
        self.body.line("setvbuf(stdin, NULL, _IONBF, 0);");
        self.body.lines(
            "char *line = NULL;\nsize_t room = 0;\nstruct pollfd watched[2] = {{0}, {0}};\nwatched[0].fd = fd;\nwatched[0].events = POLLIN;\nwatched[1].fd = STDIN_FILENO;\nwatched[1].events = POLLIN;\nfor (;;) {",
        );
        self.body.begin();
        self.body.comment(t!(self.lang, "code-select"));
        self.body.line("check(poll(watched, 2, -1), \"poll\");");
        if is_stream {
            self.body.lines("if (watched[0].revents != 0 && !receive(&connection)) {\n  break;\n}");
        } else {
            self.body.lines("if (watched[0].revents != 0) {\n  receive(&connection);\n}");
        }
        self.body.lines("if (watched[1].revents == 0) {\n  continue;\n}\nssize_t length = getline(&line, &room, stdin);\nif (length >= 0) {");
        self.body.begin();
        if is_stream {
            self.body.call("send", t!(self.lang, "code-send-typed"), "send_typed(fd, line, (size_t)length);");
        } else {
            self.send_typed_datagram();
        }
        self.body.end();
        self.body.line("} else {");
        self.body.begin();
        if is_stream {
            self.body.line("watched[1].fd = -1;");
            self.body.call("shutdown", t!(self.lang, "code-shutdown"), "shutdown(fd, SHUT_WR);");
        } else {
            self.body.line("break;");
        }
        self.body.end();
        self.body.line("}");
        self.body.end();
        self.body.lines("}\nfree(line);");
    }

    fn send_typed_datagram(&mut self) {
        let comment = t!(self.lang, "code-sendto-typed");
        if self.plan.socket.remote.is_some() {
            let line = "send_typed(fd, line, (size_t)length, &remote, remote_length);";
            debug_assert!(line.len() < C.columns);
            self.body.call("sendto", comment, line);
            return;
        }
        self.uses(&["string.h"]);
        self.body.comment(comment);
        let (words, names) = if self.plan.is_unix() { (1, "to_path") } else { (2, "to_host, to_port") };
        self.body.line("char *rest = line;");
        names.split(", ").for_each(|name| self.body.line(format!("char *{name} = strsep(&rest, \" \");")));
        self.body.lines(&format!(
            "if (rest == NULL) {{\n  fprintf(stderr, \"{} TEXT\\n\");\n  continue;\n}}",
            if words == 1 { "PATH" } else { "HOST PORT" }
        ));
        self.body.lines(&format!(
            "struct sockaddr_storage to;\nsocklen_t to_length = address_of({names}, &to);\nsize_t rest_length = (size_t)length - (size_t)(rest - line);\nsend_typed(fd, rest, rest_length, &to, to_length);"
        ));
    }

    pub(super) fn datagrams(&mut self, talk: &Conversation) {
        self.make_socket("fd");
        self.bind("fd");
        let plan = self.plan;
        plan.socket.groups.iter().for_each(|set| self.set_option("fd", set));
        if plan.socket.local.is_some() {
            self.print_local("fd", "bound to");
        } else {
            self.body.lines("puts(\"ready\");\nfflush(stdout);");
        }
        self.body.lines("struct connection connection = {0};\nconnection.fd = fd;");
        let answers_only = talk.typed.is_none() || talk.takes_turns() && plan.socket.remote.is_none();
        if answers_only {
            self.body.lines("for (;;) {\n  receive(&connection);\n}");
            return;
        }
        if plan.socket.remote.is_some() {
            self.resolve(true, "remote");
        }
        match talk.style {
            Style::Select => self.poll_peer(),
            Style::Plain | Style::Threads => {
                let is_threaded = talk.style == Style::Threads;
                if is_threaded {
                    self.body.comment(t!(self.lang, "code-thread-receives"));
                    self.body.line("pthread_t receiver;");
                    // Before its first datagram a socket that is not bound has no port, and nothing can come.
                    self.body.line(match plan.socket.local {
                        Some(_) => "pthread_create(&receiver, NULL, keep_receiving, &connection);",
                        None => "int is_receiving = 0;",
                    });
                }
                self.body.lines("char *line = NULL;\nsize_t room = 0;\nssize_t length;\nwhile ((length = getline(&line, &room, stdin)) >= 0) {");
                self.body.begin();
                self.send_typed_datagram();
                if !is_threaded {
                    self.body.line("receive(&connection);");
                } else if plan.socket.local.is_none() {
                    self.body.lines(
                        "if (!is_receiving) {\n  is_receiving = 1;\n  pthread_create(&receiver, NULL, keep_receiving, &connection);\n}",
                    );
                }
                self.body.end();
                self.body.lines("}\nfree(line);");
            }
        }
        self.body.call("close", t!(self.lang, "code-close"), "close(fd);");
        self.body.line("return 0;");
    }
}
