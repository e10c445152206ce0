/* A disk that forgets: a preload library for tests of what survives a loss of power.
 *
 * It writes down, in order, what a process does to the files below one directory, so that a test
 * can put the directory together as a disk could have it after a loss; and it fails calls on
 * purpose. It does not decide what is lost: storage/embedded/tests/power does. It sees calls
 * through the C library only, not raw system calls.
 *
 *   LD_PRELOAD        this library
 *   FAULTFS_ROOT      the directory, absolute
 *   FAULTFS_RECORD    where to write what happens (not below the root); see struct entry
 *   FAULTFS_CONTROL   a file that may say `full` (every write fails with ENOSPC) or `grow` (every
 *                     call that needs more room does); read at each call, absent means neither
 *   FAULTFS_FAIL      `sync:N` or `write:N`: the N-th such call fails with EIO, once
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* More descriptors than any process of the tests opens. */
#define FDS_MAX 65536
#define TEXT_MAX 64

/* One line of the record: this, then `first` bytes, then `second` bytes. Native byte order. */
struct entry {
    uint8_t kind;
    uint8_t pad[3];
    int32_t fd;
    uint64_t offset;
    uint32_t first;
    uint32_t second;
};

enum kind {
    OPENED = 1,    /* fd, first: path; offset: 1 if it was truncated, 2 if it was created */
    WRITTEN = 2,   /* fd, offset, first: the bytes */
    RESIZED = 3,   /* fd, offset: the new size */
    SYNCED = 4,    /* fd: all that was written to it before is durable */
    SYNC_LOST = 5, /* fd: the sync failed, and what was written before may never become durable */
    CLOSED = 6,    /* fd */
    COPIED = 7,    /* fd: the copy; offset: the original */
    RENAMED = 8,   /* first: from, second: to */
    UNLINKED = 9,  /* first: path */
    MADE = 10,     /* first: path of a directory */
    REMOVED = 11,  /* first: path of a directory */
};

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int record = -1;
static const char *control;
static long fail_sync, fail_write;
static char tracked[FDS_MAX];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    const char *directory = getenv("FAULTFS_ROOT");
    const char *path = getenv("FAULTFS_RECORD");
    const char *fail = getenv("FAULTFS_FAIL");
    control = getenv("FAULTFS_CONTROL");
    if (directory == NULL) return;
    root_length = strlen(directory);
    if (root_length >= sizeof root) abort();
    memcpy(root, directory, root_length + 1);
    if (path != NULL) {
        record = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (record < 0) abort();
    }
    if (fail != NULL && strncmp(fail, "sync:", 5) == 0) fail_sync = atol(fail + 5);
    if (fail != NULL && strncmp(fail, "write:", 6) == 0) fail_write = atol(fail + 6);
}

static int is_tracked(int fd) { return fd >= 0 && fd < FDS_MAX && tracked[fd]; }

/* The absolute path of a name, or 0 if it is not below the root. */
static int below_root(int directory, const char *name, char *path) {
    if (root_length == 0) return 0;
    if (name[0] == '/') {
        if (snprintf(path, PATH_MAX, "%s", name) >= PATH_MAX) return 0;
    } else {
        char link[TEXT_MAX], base[PATH_MAX];
        if (directory == AT_FDCWD)
            snprintf(link, sizeof link, "/proc/self/cwd");
        else
            snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        ssize_t length = readlink(link, base, sizeof base - 1);
        if (length < 0) return 0;
        base[length] = 0;
        if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

/* To be called with the lock held, so that the record has the order of the calls. */
static void note(int kind, int fd, uint64_t offset, const void *first, size_t first_length,
                 const void *second, size_t second_length) {
    if (record < 0) return;
    struct entry entry = {.kind = (uint8_t)kind, .fd = fd, .offset = offset,
                          .first = (uint32_t)first_length, .second = (uint32_t)second_length};
    struct iovec parts[3] = {{&entry, sizeof entry},
                             {(void *)first, first_length},
                             {(void *)second, second_length}};
    ssize_t whole = (ssize_t)(sizeof entry + first_length + second_length);
    if (REAL(writev)(record, parts, 3) != whole) abort();
}

static void note_path(int kind, int fd, uint64_t flags, const char *path) {
    note(kind, fd, flags, path, strlen(path), NULL, 0);
}

/* 0, or ENOSPC if the control file says so. */
static int no_room(int grows) {
    if (control == NULL) return 0;
    char text[TEXT_MAX] = {0};
    int fd = REAL(open)(control, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    REAL(close)(fd);
    if (length <= 0) return 0;
    int full = strncmp(text, "full", 4) == 0 || (grows && strncmp(text, "grow", 4) == 0);
    return full ? ENOSPC : 0;
}

static int counted_down(long *left) { return *left > 0 && --*left == 0; }

/* Opening */

static int open_any(int directory, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    int (*real_openat)(int, const char *, int, ...) = REAL(openat);
    if (!below_root(directory, name, path)) return real_openat(directory, name, flags, mode);
    pthread_mutex_lock(&order);
    struct stat before;
    int existed = lstat(path, &before) == 0;
    int error = (flags & O_CREAT) && !existed ? no_room(1) : 0;
    int fd = error ? -1 : real_openat(directory, name, flags, mode);
    if (!error && fd < 0) error = errno;
    if (fd >= FDS_MAX) abort();
    if (fd >= 0) {
        uint64_t made = ((flags & O_TRUNC) ? 1 : 0) | (existed ? 0 : 2);
        tracked[fd] = 1;
        note_path(OPENED, fd, made, path);
    }
    pthread_mutex_unlock(&order);
    if (error) errno = error;
    return fd;
}

#define MODE_OF(flags)                              \
    mode_t mode = 0;                                \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {        \
        va_list rest;                               \
        va_start(rest, flags);                      \
        mode = (mode_t)va_arg(rest, int);           \
        va_end(rest);                               \
    }

int open(const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_any(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_any(AT_FDCWD, name, flags, mode);
}

int openat(int directory, const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_any(directory, name, flags, mode);
}

int openat64(int directory, const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_any(directory, name, flags, mode);
}

int creat(const char *name, mode_t mode) {
    return open_any(AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int creat64(const char *name, mode_t mode) { return creat(name, mode); }

int close(int fd) {
    if (!is_tracked(fd)) return REAL(close)(fd);
    pthread_mutex_lock(&order);
    tracked[fd] = 0;
    note(CLOSED, fd, 0, NULL, 0, NULL, 0);
    int result = REAL(close)(fd);
    pthread_mutex_unlock(&order);
    return result;
}

static int copied(int from, int to) {
    if (to >= 0 && is_tracked(from)) {
        pthread_mutex_lock(&order);
        tracked[to] = 1;
        note(COPIED, to, (uint64_t)from, NULL, 0, NULL, 0);
        pthread_mutex_unlock(&order);
    }
    return to;
}

int dup(int fd) { return copied(fd, REAL(dup)(fd)); }

static int fcntl_any(int fd, int command, void *argument) {
    int result = REAL(fcntl)(fd, command, argument);
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(fd, result) : result;
}

int fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return fcntl_any(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return fcntl_any(fd, command, argument);
}

/* Writing */

static ssize_t write_any(int fd, const void *bytes, size_t count, int64_t offset) {
    pthread_mutex_lock(&order);
    struct stat now;
    int appends = (REAL(fcntl)(fd, F_GETFL) & O_APPEND) != 0;
    if (fstat(fd, &now) != 0) abort();
    int64_t at = offset >= 0 ? offset : appends ? now.st_size : lseek(fd, 0, SEEK_CUR);
    int error = counted_down(&fail_write) ? EIO : no_room(at + (int64_t)count > now.st_size);
    ssize_t done = -1;
    if (!error) {
        done = offset >= 0 ? REAL(pwrite)(fd, bytes, count, offset) : REAL(write)(fd, bytes, count);
        if (done < 0) error = errno;
    }
    if (done > 0) note(WRITTEN, fd, (uint64_t)at, bytes, (size_t)done, NULL, 0);
    pthread_mutex_unlock(&order);
    if (error) errno = error;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return is_tracked(fd) ? write_any(fd, bytes, count, -1) : REAL(write)(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return is_tracked(fd) ? write_any(fd, bytes, count, offset)
                          : REAL(pwrite)(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return pwrite(fd, bytes, count, offset);
}

/* Of several parts the first that holds anything is written: callers go on from a short write. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, int64_t offset) {
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len > 0) return write_any(fd, parts[i].iov_base, parts[i].iov_len, offset);
    return 0;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return is_tracked(fd) ? write_parts(fd, parts, count, -1) : REAL(writev)(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    return is_tracked(fd) ? write_parts(fd, parts, count, offset)
                          : REAL(pwritev)(fd, parts, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    return pwritev(fd, parts, count, offset);
}

static int resize(int fd, int64_t size, int only_grow) {
    pthread_mutex_lock(&order);
    struct stat now;
    if (fstat(fd, &now) != 0) abort();
    int error = no_room(size > now.st_size);
    int result = -1;
    if (!error && only_grow && size <= now.st_size) {
        result = 0;
    } else if (!error) {
        result = REAL(ftruncate)(fd, size);
        if (result == 0) note(RESIZED, fd, (uint64_t)size, NULL, 0, NULL, 0);
        else error = errno;
    }
    pthread_mutex_unlock(&order);
    if (error) errno = error;
    return result;
}

int ftruncate(int fd, off_t size) {
    return is_tracked(fd) ? resize(fd, size, 0) : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

/* Room is reserved as a longer file: what matters here is the size. */
int fallocate(int fd, int mode, off_t offset, off_t length) {
    if (!is_tracked(fd)) return REAL(fallocate)(fd, mode, offset, length);
    if (mode != 0) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return resize(fd, offset + length, 1);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    return fallocate(fd, mode, offset, length);
}

int posix_fallocate(int fd, off_t offset, off_t length) {
    if (!is_tracked(fd)) return REAL(posix_fallocate)(fd, offset, length);
    return resize(fd, offset + length, 1) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return posix_fallocate(fd, offset, length);
}

/* Ways around the above that nobody here needs: refused, so that nothing goes unseen. */

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t count,
                        unsigned flags) {
    if (!is_tracked(out)) return REAL(copy_file_range)(in, in_at, out, out_at, count, flags);
    errno = EXDEV;
    return -1;
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    if (is_tracked(fd) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) abort();
    return REAL(mmap)(at, length, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    return mmap(at, length, protection, flags, fd, offset);
}

/* Syncing: nothing really is; the record says what a disk would have. */

static int sync_any(int fd) {
    pthread_mutex_lock(&order);
    int lost = counted_down(&fail_sync);
    note(lost ? SYNC_LOST : SYNCED, fd, 0, NULL, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    if (!lost) return 0;
    errno = EIO;
    return -1;
}

int fsync(int fd) { return is_tracked(fd) ? sync_any(fd) : REAL(fsync)(fd); }

int fdatasync(int fd) { return is_tracked(fd) ? sync_any(fd) : REAL(fdatasync)(fd); }

/* It promises nothing about a loss of power. */
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) {
    return is_tracked(fd) ? 0 : REAL(sync_file_range)(fd, offset, length, flags);
}

/* Names */

static int rename_any(int from_directory, const char *from, int to_directory, const char *to,
                      unsigned flags) {
    char old_path[PATH_MAX], new_path[PATH_MAX];
    int mine = below_root(from_directory, from, old_path);
    if (!below_root(to_directory, to, new_path) || !mine)
        return REAL(renameat2)(from_directory, from, to_directory, to, flags);
    pthread_mutex_lock(&order);
    int result = REAL(renameat2)(from_directory, from, to_directory, to, flags);
    int error = errno;
    if (result == 0)
        note(RENAMED, -1, 0, old_path, strlen(old_path), new_path, strlen(new_path));
    pthread_mutex_unlock(&order);
    errno = error;
    return result;
}

int rename(const char *from, const char *to) { return rename_any(AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    return rename_any(from_directory, from, to_directory, to, 0);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned flags) {
    return rename_any(from_directory, from, to_directory, to, flags);
}

static int unlink_any(int directory, const char *name, int flags) {
    char path[PATH_MAX];
    if (!below_root(directory, name, path)) return REAL(unlinkat)(directory, name, flags);
    pthread_mutex_lock(&order);
    int result = REAL(unlinkat)(directory, name, flags);
    int error = errno;
    if (result == 0) note_path((flags & AT_REMOVEDIR) ? REMOVED : UNLINKED, -1, 0, path);
    pthread_mutex_unlock(&order);
    errno = error;
    return result;
}

int unlink(const char *name) { return unlink_any(AT_FDCWD, name, 0); }

int unlinkat(int directory, const char *name, int flags) {
    return unlink_any(directory, name, flags);
}

int rmdir(const char *name) { return unlink_any(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int directory, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!below_root(directory, name, path)) return REAL(mkdirat)(directory, name, mode);
    pthread_mutex_lock(&order);
    int error = no_room(1);
    int result = error ? -1 : REAL(mkdirat)(directory, name, mode);
    if (!error && result != 0) error = errno;
    if (result == 0) note_path(MADE, -1, 0, path);
    pthread_mutex_unlock(&order);
    if (error) errno = error;
    return result;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

/* Nobody here makes links: a test that starts to will hear of it. */
int link(const char *from, const char *to) {
    char path[PATH_MAX];
    if (below_root(AT_FDCWD, to, path)) abort();
    return REAL(link)(from, to);
}

int symlink(const char *from, const char *to) {
    char path[PATH_MAX];
    if (below_root(AT_FDCWD, to, path)) abort();
    return REAL(symlink)(from, to);
}
