//! Functions that stand in a C program as they are here, formatted as clang-format formats them.

pub(super) const INET_ADDRESS: &str = r#"static socklen_t address_of(const char *host, const char *port,
                            struct sockaddr_storage *address) {
  struct addrinfo hints = {.ai_family = FAMILY, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found;
  int error = getaddrinfo(host, port, &hints, &found);
  if (error != 0) {
    fprintf(stderr, "%s: %s\n", host, gai_strerror(error));
    exit(EXIT_FAILURE);
  }
  socklen_t length = found->ai_addrlen;
  memcpy(address, found->ai_addr, length);
  freeaddrinfo(found);
  return length;
}"#;

pub(super) const UNIX_ADDRESS: &str = r#"static socklen_t address_of(const char *path,
                            struct sockaddr_storage *address) {
  struct sockaddr_un *name = (struct sockaddr_un *)address;
  size_t length = strlen(path);
  if (length >= sizeof(name->sun_path)) {
    fprintf(stderr, "the path is too long\n");
    exit(EXIT_FAILURE);
  }
  memset(name, 0, sizeof(*name));
  name->sun_family = AF_UNIX;
  memcpy(name->sun_path, path, length);
  length += offsetof(struct sockaddr_un, sun_path);
  // "@name" is an abstract name, which begins with a zero byte.
  if (path[0] == '@') {
    name->sun_path[0] = '\0';
    return (socklen_t)length;
  }
  return (socklen_t)(length + 1);
}"#;

/// Each with the key of its comment's text and the headers that it needs.
pub(super) const HELPERS: &[Helper] = &[
    Helper {
        name: "check",
        comment: "code-check",
        headers: &[],
        needs: &[],
        text: r#"static int check(int result, const char *call) {
  if (result < 0) {
    perror(call);
    exit(EXIT_FAILURE);
  }
  return result;
}"#,
    },
    Helper {
        name: "append",
        comment: "code-append",
        headers: &["string.h"],
        needs: &[],
        text: r#"struct bytes {
  char *data;
  size_t length;
  size_t capacity;
};

static void append(struct bytes *bytes, const void *data, size_t length) {
  if (length == 0) {
    return;
  }
  if (bytes->length + length > bytes->capacity) {
    bytes->capacity = 2 * (bytes->length + length);
    bytes->data = realloc(bytes->data, bytes->capacity);
    if (bytes->data == NULL) {
      perror("realloc");
      exit(EXIT_FAILURE);
    }
  }
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}"#,
    },
    Helper {
        name: "remove",
        comment: "",
        headers: &["string.h"],
        needs: &["append"],
        text: r#"static void remove_first(struct bytes *bytes, size_t length) {
  bytes->length -= length;
  memmove(bytes->data, bytes->data + length, bytes->length);
}"#,
    },
    Helper {
        name: "number",
        comment: "",
        headers: &[],
        needs: &["append"],
        text: r#"static void append_number(struct bytes *bytes, unsigned long number) {
  char text[24];
  int length = snprintf(text, sizeof(text), "%lu", number);
  append(bytes, text, (size_t)length);
}"#,
    },
    Helper {
        name: "time",
        comment: "",
        headers: &["time.h"],
        needs: &["append"],
        text: r#"static void append_time(struct bytes *bytes) {
  time_t now = time(NULL);
  struct tm parts;
  localtime_r(&now, &parts);
  char text[32];
  size_t length = strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  append(bytes, text, length);
}"#,
    },
    Helper {
        name: "upper",
        comment: "",
        headers: &["limits.h", "locale.h", "wchar.h", "wctype.h"],
        needs: &["remove"],
        text: r#"static void append_upper(struct bytes *reply, struct bytes *rest) {
  size_t at = 0;
  while (at < rest->length) {
    mbstate_t state = {0};
    wchar_t character = 0;
    char buffer[MB_LEN_MAX];
    const char *here = rest->data + at;
    size_t taken = mbrtowc(&character, here, rest->length - at, &state);
    if (taken == (size_t)-2) {
      break;
    }
    if (taken == (size_t)-1 || taken == 0) {
      append(reply, here, 1);
      at += 1;
      continue;
    }
    memset(&state, 0, sizeof(state));
    wint_t upper = towupper((wint_t)character);
    size_t written = wcrtomb(buffer, (wchar_t)upper, &state);
    append(reply, buffer, written);
    at += taken;
  }
  remove_first(rest, at);
}"#,
    },
    Helper {
        name: "ascii-upper",
        comment: "",
        headers: &[],
        needs: &["append"],
        text: r#"static void append_upper(struct bytes *reply, const char *text, size_t length) {
  for (size_t at = 0; at < length; at++) {
    char sign = text[at];
    if (sign >= 'a' && sign <= 'z') {
      sign = (char)(sign - 'a' + 'A');
    }
    append(reply, &sign, 1);
  }
}"#,
    },
    Helper {
        name: "equals",
        comment: "",
        headers: &["string.h"],
        needs: &[],
        text: r#"static int equals(const char *message, size_t length, const char *text,
                  size_t text_length) {
  return length == text_length && memcmp(message, text, length) == 0;
}"#,
    },
    Helper {
        name: "contains",
        comment: "",
        headers: &["string.h"],
        needs: &[],
        text: r#"static int contains(const char *message, size_t length, const char *text,
                    size_t text_length) {
  return memmem(message, length, text, text_length) != NULL;
}"#,
    },
    Helper {
        name: "starts",
        comment: "",
        headers: &["string.h"],
        needs: &[],
        text: r#"static int starts(const char *message, size_t length, const char *text,
                  size_t text_length) {
  return length >= text_length && memcmp(message, text, text_length) == 0;
}"#,
    },
    Helper {
        name: "ends",
        comment: "",
        headers: &["string.h"],
        needs: &[],
        text: r#"static int ends(const char *message, size_t length, const char *text,
                size_t text_length) {
  return length >= text_length &&
         memcmp(message + length - text_length, text, text_length) == 0;
}"#,
    },
    Helper {
        name: "matches",
        comment: "",
        headers: &[],
        needs: &[],
        text: r#"static int matches(const char *message, size_t length, const char *bytes,
                   const char *mask, size_t bytes_length) {
  if (length != bytes_length) {
    return 0;
  }
  for (size_t at = 0; at < length; at++) {
    if ((message[at] & mask[at]) != (bytes[at] & mask[at])) {
      return 0;
    }
  }
  return 1;
}"#,
    },
    Helper {
        name: "typed",
        comment: "code-typed",
        headers: &["ctype.h", "string.h"],
        needs: &["append"],
        text: r#"static int hex(char digit) {
  const char *digits = "0123456789abcdef";
  const char *found = strchr(digits, tolower((unsigned char)digit));
  return found != NULL && *found != '\0' ? (int)(found - digits) : -1;
}

static struct bytes typed(const char *line, size_t length) {
  struct bytes data = {NULL, 0, 0};
  const char *names = "nrt\\";
  if (length > 0 && line[length - 1] == '\n') {
    length -= 1;
  }
  for (size_t at = 0; at < length; at++) {
    char sign = line[at];
    char next = at + 1 < length ? line[at + 1] : '\0';
    int high = at + 3 < length ? hex(line[at + 2]) : -1;
    int low = at + 3 < length ? hex(line[at + 3]) : -1;
    if (sign == '\\' && next == 'x' && high >= 0 && low >= 0) {
      sign = (char)(16 * high + low);
      at += 3;
    } else if (sign == '\\' && next != '\0' && strchr(names, next) != NULL) {
      sign = "\n\r\t\\"[strchr(names, next) - names];
      at += 1;
    }
    append(&data, &sign, 1);
  }
  return data;
}"#,
    },
];

pub(super) struct Helper {
    pub name: &'static str,
    pub comment: &'static str,
    pub headers: &'static [&'static str],
    pub needs: &'static [&'static str],
    pub text: &'static str,
}
