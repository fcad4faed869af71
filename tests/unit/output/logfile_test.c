#include "core/logfile.h"

#include "unit/output/scene.h"

#include "os/child.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct error problem;
static bool full;

static void note_full(bool is_full, void *arg)
{
    (void)arg;
    full = is_full;
}

static struct logfile_user user = { .on_full = note_full };

static struct logfile *open_log(const struct capture_settings *s)
{
    struct logfile *f = logfile_open(scene.loop, s, &user, &problem);

    if (f == NULL)
        print_message("%s\n", problem.text);
    assert_non_null(f);
    return f;
}

static void write_text(struct logfile *f, const char *text)
{
    logfile_write(f, text, strlen(text));
}

static void later(struct logfile *f, const char *text)
{
    put_forward += 1000;
    write_text(f, text);
}

static void what_was_there_stays_and_counts(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 10;
    f = open_log(&s);
    write_text(f, "12345678\n");
    logfile_close(f, &user);
    f = open_log(&s);
    write_text(f, "next\n");
    assert_file("log.1", "12345678\n");
    assert_file("log", "next\n");
    logfile_close(f, &user);
}

/* Lines of 0 to 79 bytes, in pieces of 1 to 300. */
static void every_byte_is_kept_and_no_line_is_split(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct buffer said = { 0 }, kept = { 0 };
    struct logfile *f;
    unsigned seed = 4711;
    char name[32];

    (void)state;
    s.max_size = 1000;
    s.backups = 1000;
    f = open_log(&s);
    for (int i = 0; i < 5000; i++)
        buffer_addf(&said, "%d%.*s\n", i, rand_r(&seed) % 80,
                    "-----------------------------------------------------------------------------------");
    for (size_t at = 0, n; at < said.length; at += n) {
        n = (size_t)rand_r(&seed) % 300 + 1;
        n = n < said.length - at ? n : said.length - at;
        logfile_write(f, said.data + at, n);
    }
    read_chain(&kept);
    assert_int_equal(kept.length, said.length);
    assert_memory_equal(kept.data, said.data, said.length);
    for (int i = 1; snprintf(name, sizeof name, "log.%d", i), is_there(name); i++) {
        struct buffer one = { 0 };

        read_into(place(name), &one);
        assert_in_range(one.length, 1000 - 90, 1000 + 90);
        assert_int_equal(one.data[one.length - 1], '\n');
        buffer_free(&one);
    }
    buffer_free(&said);
    buffer_free(&kept);
    logfile_close(f, &user);
}

static void a_line_longer_than_64_kb_may_be_split(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct buffer kept = { 0 };
    char *line = malloc(200000);
    struct logfile *f;
    struct stat st;
    char name[32];

    (void)state;
    memset(line, 'x', 200000);
    line[199999] = '\n';
    s.max_size = 100;
    s.backups = 100;
    f = open_log(&s);
    for (size_t at = 0; at < 200000; at += 1000)
        logfile_write(f, line + at, 1000);
    logfile_write(f, line, 200000);
    write_text(f, "short\n");
    read_chain(&kept);
    assert_int_equal(kept.length, 400006);
    assert_memory_equal(kept.data, line, 200000);
    assert_memory_equal(kept.data + 200000, line, 200000);
    for (int i = 1; snprintf(name, sizeof name, "log.%d", i), stat(place(name), &st) == 0; i++)
        assert_in_range(st.st_size, 200000 % 65536, 65536);
    free(line);
    buffer_free(&kept);
    logfile_close(f, &user);
}

static void only_so_many_old_files_stay(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 4;
    s.backups = 2;
    f = open_log(&s);
    for (int i = 1; i <= 5; i++)
        write_text(f, (char[]){ 'o', (char)('0' + i), '\n', '\0' });
    assert_file("log", "o5\n");
    assert_file("log.1", "o4\n");
    assert_file("log.2", "o3\n");
    assert_false(is_there("log.3"));
    logfile_close(f, &user);

    s.backups = 0;
    f = open_log(&s);
    write_text(f, "o6\n");
    assert_file("log", "o6\n");
    assert_file("log.1", "o4\n");
    logfile_close(f, &user);
}

static void what_is_no_regular_file_is_not_rotated(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 1;
    assert_int_equal(symlink("/dev/null", place("log")), 0);
    f = open_log(&s);
    write_text(f, "one\n");
    write_text(f, "two\n");
    assert_false(is_there("log.1"));
    assert_false(logfile_rotate(f, &problem));
    assert_non_null(strstr(problem.text, "no regular file"));
    logfile_close(f, &user);
}

static void reeves_own_stream_is_not_rotated(void **state)
{
    struct capture_settings s = capture_to("/dev/stdout");
    int before = dup(STDOUT_FILENO);
    int own = open(place("own"), O_WRONLY | O_CREAT | O_APPEND, 0644);
    struct logfile *f;

    (void)state;
    dup2(own, STDOUT_FILENO);
    s.max_size = 1;
    f = logfile_open(scene.loop, &s, &user, &problem);
    if (f != NULL) {
        write_text(f, "one\n");
        write_text(f, "two\n");
        logfile_close(f, &user);
    }
    dup2(before, STDOUT_FILENO);
    close(before);
    close(own);
    assert_non_null(f);
    assert_file("own", "one\ntwo\n");
    assert_false(is_there("own.1"));
}

static void a_link_stays_and_its_file_is_rotated(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 4;
    assert_int_equal(symlink("real", place("log")), 0);
    f = open_log(&s);
    write_text(f, "one\n");
    write_text(f, "two\n");
    assert_file("real.1", "one\n");
    assert_file("log", "two\n");
    assert_false(is_there("log.1"));
    logfile_close(f, &user);
}

static void users_of_one_file_share_it(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct capture_settings other = capture_to(place("./log"));
    struct logfile_user second = { .on_full = note_full };
    struct logfile *f;

    (void)state;
    f = open_log(&s);
    assert_false(logfile_wants_lines(f));
    assert_ptr_equal(logfile_open(scene.loop, &other, &second, &problem), f);
    assert_true(logfile_wants_lines(f));
    logfile_close(f, &user);
    assert_false(logfile_wants_lines(f));
    write_text(f, "one\n");
    assert_file("log", "one\n");
    logfile_close(f, &second);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct capture_settings s = capture_to("/nowhere/log");

    (void)state;
    assert_null(logfile_open(scene.loop, &s, &user, &problem));
    assert_non_null(strstr(problem.text, "/nowhere"));
}

static void mode_and_owner_are_set(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;
    struct stat st;

    (void)state;
    s.mode = 0600;
    s.owner = geteuid() == 0 ? "nobody" : NULL;
    f = open_log(&s);
    write_text(f, "one\n");
    assert_true(logfile_rotate(f, &problem));
    assert_int_equal(stat(place("log"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    if (s.owner != NULL)
        assert_int_not_equal(st.st_uid, 0);
    logfile_close(f, &user);

    s.owner = "no-such-user";
    assert_null(logfile_open(scene.loop, &s, &user, &problem));
    assert_non_null(strstr(problem.text, "no-such-user"));
}

static void a_failing_sink_counts_tells_and_recovers(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    assert_int_equal(symlink("/dev/full", place("log")), 0);
    f = open_log(&s);
    write_text(f, "one\ntwo\n");
    later(f, "three\n");
    write_text(f, "fo");
    assert_int_equal(logfile_dropped(f), 3);
    assert_int_equal(times_logged("No space left on device"), 1);

    assert_int_equal(unlink(place("log")), 0);
    later(f, "ur\nfive\n");
    assert_int_equal(logfile_dropped(f), 4);
    assert_true(was_logged("works again, 4 lines were dropped"));
    write_text(f, "six\n");
    assert_file("log", "five\nsix\n");
    logfile_close(f, &user);
}

static void a_removed_folder_drops_until_it_is_back(void **state)
{
    char *folder = strdup(place("sub"));
    char *path = strdup(place("sub/log"));
    struct capture_settings s = capture_to(path);
    struct logfile *f;

    (void)state;
    assert_int_equal(mkdir(folder, 0755), 0);
    f = open_log(&s);
    write_text(f, "one\n");
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    write_text(f, "two\n");
    later(f, "three\n");
    assert_int_equal(times_logged("lines are dropped until it works again"), 1);
    assert_true(was_logged("sub"));
    assert_int_equal(mkdir(folder, 0755), 0);
    write_text(f, "too early\n");
    later(f, "four\n");
    assert_file("sub/log", "four\n");
    assert_int_equal(logfile_dropped(f), 3);
    logfile_close(f, &user);
    free(folder);
    free(path);
}

static void a_removed_file_is_made_anew(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    f = open_log(&s);
    write_text(f, "one\n");
    unlink(place("log"));
    write_text(f, "two\n");
    assert_file("log", "two\n");
    assert_int_equal(logfile_dropped(f), 0);
    logfile_close(f, &user);
}

static void an_emptied_file_counts_from_zero(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 10;
    f = open_log(&s);
    write_text(f, "1234567\n");
    assert_int_equal(truncate(place("log"), 0), 0);
    write_text(f, "next\n");
    assert_file("log", "next\n");
    assert_false(is_there("log.1"));
    logfile_close(f, &user);
}

static void a_full_disk_leaves_whole_lines_behind(void **state)
{
    struct capture_settings s = capture_to(place("disk/log"));
    struct buffer kept = { 0 };
    char line[100], *path = strdup(place("disk/log"));
    struct logfile *f;
    int fill;

    (void)state;
    s.path = path;
    mkdir(place("disk"), 0755);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", place("disk"), "tmpfs", 0, "size=64k") < 0) {
        free(path);
        skip(); /* nobody but root may mount */
    }
    f = open_log(&s);
    fill = open(place("disk/fill"), O_WRONLY | O_CREAT, 0644);
    assert_int_equal(posix_fallocate(fill, 0, 60 << 10), 0);
    memset(line, 'x', sizeof line);
    line[99] = '\n';
    for (int i = 0; i < 100; i++)
        logfile_write(f, line, sizeof line);
    assert_int_equal(times_logged("No space left on device"), 1);
    assert_int_equal(logfile_dropped(f), 60); /* 40 lines and 96 bytes are a page */
    assert_int_equal(ftruncate(fill, 0), 0);
    later(f, "again\n");
    read_into(path, &kept);
    assert_int_equal(kept.length, 4096 + 1 + 6);
    assert_string_equal(kept.data + 4096, "\nagain\n");
    close(fill);
    logfile_close(f, &user);
    umount(place("disk"));
    buffer_free(&kept);
    free(path);
}

static void a_renamed_file_is_left_at_the_end_of_a_line(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    f = open_log(&s);
    write_text(f, "one\nha");
    assert_int_equal(rename(place("log"), place("moved")), 0);
    logfile_reopen(f);
    write_text(f, "lf\ntwo\n");
    assert_file("moved", "one\nhalf\n");
    assert_file("log", "two\n");
    assert_int_equal(rename(place("log"), place("moved2")), 0);
    logfile_reopen(f);
    write_text(f, "three\n");
    assert_file("log", "three\n");
    logfile_close(f, &user);
}

static void a_wish_to_rotate_waits_for_the_end_of_the_line(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    f = open_log(&s);
    assert_true(logfile_rotate(f, &problem));
    assert_false(is_there("log.1"));
    write_text(f, "one\nha");
    assert_true(logfile_rotate(f, &problem));
    write_text(f, "lf\n");
    assert_file("log.1", "one\nhalf\n");
    assert_file("log", "");
    write_text(f, "two\n");
    assert_true(logfile_rotate(f, &problem));
    assert_file("log.1", "two\n");
    logfile_close(f, &user);
}

/* A folder lies where the old file should go. */
static void a_rotation_that_fails_loses_nothing(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 5;
    s.backups = 1;
    assert_int_equal(mkdir(place("log.1"), 0755), 0);
    f = open_log(&s);
    write_text(f, "one\n");
    write_text(f, "two\n");
    write_text(f, "three\n");
    assert_file("log", "one\ntwo\nthree\n");
    assert_int_equal(times_logged("is not rotated"), 1);
    assert_int_equal(rmdir(place("log.1")), 0);
    later(f, "four\n");
    assert_file("log.1", "one\ntwo\nthree\n");
    assert_file("log", "four\n");
    assert_int_equal(logfile_dropped(f), 0);
    logfile_close(f, &user);
}

/* The old file is out of the way already when the new one cannot be opened. */
static void a_rotation_without_a_descriptor_is_undone(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f = open_log(&s);
    struct rlimit before, none;

    (void)state;
    write_text(f, "one\n");
    getrlimit(RLIMIT_NOFILE, &before);
    none = (struct rlimit){ 0, before.rlim_max };
    setrlimit(RLIMIT_NOFILE, &none);
    assert_false(logfile_rotate(f, &problem));
    setrlimit(RLIMIT_NOFILE, &before);
    assert_non_null(strstr(problem.text, "Too many open files"));
    write_text(f, "two\n");
    assert_file("log", "one\ntwo\n");
    assert_true(logfile_rotate(f, &problem));
    assert_file("log.1", "one\ntwo\n");
    logfile_close(f, &user);
}

/* Its name leads to itself, so that nobody can say whether the file is still there. */
static void a_name_that_cannot_be_looked_at_is_told(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 5;
    f = open_log(&s);
    write_text(f, "one\n");
    assert_int_equal(rename(place("log"), place("kept")), 0);
    assert_int_equal(symlink("log", place("log")), 0);
    write_text(f, "two\n");
    write_text(f, "three\n");
    assert_file("kept", "one\ntwo\nthree\n");
    assert_int_equal(times_logged("cannot look at"), 1);
    assert_int_equal(times_logged("is not rotated"), 1);
    assert_int_equal(unlink(place("log")), 0);
    later(f, "four\n");
    assert_file("log", "four\n");
    logfile_close(f, &user);
}

static void somebody_elses_rotation_is_respected(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.max_size = 8;
    f = open_log(&s);
    write_text(f, "one\n");
    assert_int_equal(rename(place("log"), place("moved")), 0);
    write_text(f, "two\n");
    write_text(f, "three\n");
    assert_file("moved", "one\ntwo\n");
    assert_file("log", "three\n");
    assert_false(is_there("log.1"));
    logfile_close(f, &user);
}

static void the_oldest_file_goes_compressed_or_not(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.backups = 1;
    f = open_log(&s);
    write_text(f, "one\n");
    assert_true(logfile_rotate(f, &problem));
    assert_int_equal(rename(place("log.1"), place("log.1.gz")), 0);
    write_text(f, "two\n");
    assert_true(logfile_rotate(f, &problem));
    assert_file("log.1", "two\n");
    assert_false(is_there("log.1.gz"));
    logfile_close(f, &user);
}

/* Somebody took log.1 away: it is made again, and nobody older has to go for it. */
static void a_gap_among_old_files_is_filled_first(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    s.backups = 2;
    f = open_log(&s);
    for (int i = 0; i < 3; i++) {
        write_text(f, i == 0 ? "one\n" : "two\n");
        assert_true(logfile_rotate(f, &problem));
        if (i == 1)
            assert_int_equal(unlink(place("log.1")), 0);
    }
    assert_file("log.1", "two\n");
    assert_file("log.2", "one\n");
    logfile_close(f, &user);
}

/* There is no room for ".1" behind it. */
static void a_name_that_is_too_long_to_rotate_loses_nothing(void **state)
{
    char name[NAME_MAX];
    struct capture_settings s;
    struct logfile *f;

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    s = capture_to(place(name));
    s.max_size = 5;
    f = open_log(&s);
    write_text(f, "one\n");
    write_text(f, "two\n");
    write_text(f, "three\n");
    assert_file(name, "one\ntwo\nthree\n");
    assert_int_equal(times_logged("cannot rename"), 1);
    logfile_close(f, &user);
}

static void other_limits_hold_at_once(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;

    (void)state;
    f = open_log(&s);
    write_text(f, "one\n");
    s.max_size = 4;
    logfile_adopt(f, &s);
    write_text(f, "two\n");
    assert_file("log.1", "one\n");
    s.max_size = 0;
    logfile_adopt(f, &s);
    write_text(f, "three\n");
    assert_file("log", "two\nthree\n");
    logfile_close(f, &user);
}

static int read_fifo(int fd, struct buffer *out)
{
    ssize_t n;

    buffer_reserve(out, 4096);
    n = read(fd, out->data + out->length, 4096);
    if (n > 0)
        out->length += (size_t)n;
    return (int)n;
}

static void a_slow_reader_asks_its_users_to_stop(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct buffer got = { 0 };
    struct logfile *f;
    int reader, more, lines = 0;

    (void)state;
    full = false;
    assert_int_equal(mkfifo(place("log"), 0600), 0);
    reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    f = open_log(&s);
    assert_true(logfile_wants_lines(f));
    for (; !full; lines++)
        write_text(f, "a line for somebody who is slow\n");
    assert_true(logfile_is_full(f));
    for (more = 0; more < 5000; more++) /* what others had on the way is more than the pipe takes at once */
        write_text(f, "a line for somebody who is slow\n");
    lines += more;
    while ((full || poll(&(struct pollfd){ .fd = reader, .events = POLLIN }, 1, 0) > 0) &&
           got.length <= (size_t)lines * 32) {
        read_fifo(reader, &got);
        turn_loop();
    }
    assert_false(logfile_is_full(f));
    assert_int_equal(got.length, lines * 32);
    assert_int_equal(logfile_dropped(f), 0);
    buffer_free(&got);
    close(reader);
    logfile_close(f, &user);
}

static void a_reader_may_leave_and_come_back(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct buffer got = { 0 };
    struct logfile *f;
    int reader;

    (void)state;
    assert_int_equal(mkfifo(place("log"), 0600), 0);
    reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    f = open_log(&s);
    close(reader);
    write_text(f, "one\n");
    later(f, "two\n");
    assert_int_equal(logfile_dropped(f), 2);
    assert_int_equal(times_logged("Broken pipe"), 1);
    reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    later(f, "three\n");
    read_fifo(reader, &got);
    assert_int_equal(got.length, 6);
    assert_memory_equal(got.data, "three\n", 6);
    buffer_free(&got);
    close(reader);
    logfile_close(f, &user);
}

/* Nobody reads any more, and what waits is dropped with the rest. */
static void a_reader_that_leaves_frees_those_who_wait(void **state)
{
    struct capture_settings s = capture_to(place("log"));
    struct logfile *f;
    int reader;

    (void)state;
    full = false;
    assert_int_equal(mkfifo(place("log"), 0600), 0);
    reader = open(place("log"), O_RDONLY | O_NONBLOCK);
    f = open_log(&s);
    while (!full)
        write_text(f, "a line for somebody who is slow\n");
    close(reader);
    turn_until(!full);
    assert_true(logfile_dropped(f) > 0);
    logfile_close(f, &user);
}

static bool is_sound(const char *name)
{
    char command[300];

    snprintf(command, sizeof command, "gzip -t '%s'", place(name));
    return system(command) == 0;
}

static void unpack(const char *name, struct buffer *out)
{
    char command[300];

    snprintf(command, sizeof command, "gzip -dc '%s' > '%s'", place(name), place("unpacked"));
    assert_int_equal(system(command), 0);
    read_into(place("unpacked"), out);
}

static void old_files_are_compressed(void **state)
{
    struct children *children = children_new(scene.loop);
    struct capture_settings s = capture_to(place("log"));
    struct buffer got = { 0 };
    struct logfile *f;
    struct stat st;

    (void)state;
    logfile_use_children(children);
    s.compress = true;
    s.mode = 0640;
    f = open_log(&s);
    write_text(f, "one\n");
    assert_true(logfile_rotate(f, &problem));
    turn_until(is_there("log.1.gz") && !is_there("log.1"));
    assert_true(is_sound("log.1.gz"));
    assert_int_equal(stat(place("log.1.gz"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    write_text(f, "two\n");
    assert_true(logfile_rotate(f, &problem));
    turn_until(is_there("log.1.gz") && !is_there("log.1"));
    unpack("log.2.gz", &got);
    unpack("log.1.gz", &got);
    assert_string_equal(got.data, "one\ntwo\n");
    assert_false(is_there("log.compressing"));
    buffer_free(&got);
    logfile_close(f, &user);
    logfile_use_children(NULL);
    children_free(children);
}

/* Files move on while gzip reads them, up to beyond the last. */
static void rotations_overtake_the_compression(void **state)
{
    struct children *children = children_new(scene.loop);
    struct capture_settings s = capture_to(place("log"));
    struct buffer got = { 0 }, expected = { 0 };
    char name[32];
    struct logfile *f;

    (void)state;
    logfile_use_children(children);
    s.compress = true;
    s.max_size = 10;
    s.backups = 4;
    f = open_log(&s);
    for (int i = 100; i < 150; i++) {
        struct buffer line = { 0 };

        buffer_addf(&line, "line %d\n", i);
        write_text(f, line.data);
        if (i >= 145)
            buffer_add_text(&expected, line.data);
        buffer_free(&line);
        if (i % 7 == 0)
            turn_loop();
    }
    for (int i = 4; i >= 1; i--) {
        snprintf(name, sizeof name, "log.%d", i);
        turn_until(!is_there(name));
        snprintf(name, sizeof name, "log.%d.gz", i);
        unpack(name, &got);
    }
    read_into(place("log"), &got);
    assert_string_equal(got.data, expected.data);
    assert_false(is_there("log.5.gz"));
    assert_false(is_there("log.compressing"));
    buffer_free(&got);
    buffer_free(&expected);
    logfile_close(f, &user);
    logfile_use_children(NULL);
    children_free(children);
}

static void without_gzip_old_files_stay_as_they_are(void **state)
{
    struct children *children = children_new(scene.loop);
    struct capture_settings s = capture_to(place("log"));
    char *path = strdup(getenv("PATH"));
    struct logfile *f;

    (void)state;
    logfile_use_children(children);
    s.compress = true;
    f = open_log(&s);
    write_text(f, "one\n");
    setenv("PATH", scene.folder, 1);
    assert_true(logfile_rotate(f, &problem));
    setenv("PATH", path, 1);
    assert_true(was_logged("cannot compress"));
    assert_file("log.1", "one\n");
    assert_false(is_there("log.compressing"));
    free(path);
    logfile_close(f, &user);
    logfile_use_children(NULL);
    children_free(children);
}

/* A gzip that fails after some bytes, as on a full disk. */
static void a_compression_that_fails_changes_nothing(void **state)
{
    struct children *children = children_new(scene.loop);
    struct capture_settings s = capture_to(place("log"));
    char *path = strdup(getenv("PATH"));
    struct logfile *f;
    int gzip;

    (void)state;
    logfile_use_children(children);
    s.compress = true;
    f = open_log(&s);
    write_text(f, "one\n");
    gzip = open(place("gzip"), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    assert_true(dprintf(gzip, "#!/bin/sh\necho half\nexit 1\n") > 0);
    close(gzip);
    setenv("PATH", scene.folder, 1);
    assert_true(logfile_rotate(f, &problem));
    setenv("PATH", path, 1);
    turn_until(was_logged("could not compress"));
    assert_file("log.1", "one\n");
    assert_false(is_there("log.compressing"));
    assert_false(is_there("log.1.gz"));
    free(path);
    logfile_close(f, &user);
    logfile_use_children(NULL);
    children_free(children);
}

#define on_scene(test) cmocka_unit_test_setup_teardown(test, set_scene, strike_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_scene(what_was_there_stays_and_counts),
        on_scene(every_byte_is_kept_and_no_line_is_split),
        on_scene(a_line_longer_than_64_kb_may_be_split),
        on_scene(only_so_many_old_files_stay),
        on_scene(what_is_no_regular_file_is_not_rotated),
        on_scene(reeves_own_stream_is_not_rotated),
        on_scene(a_link_stays_and_its_file_is_rotated),
        on_scene(users_of_one_file_share_it),
        on_scene(a_folder_that_is_not_there_is_named),
        on_scene(mode_and_owner_are_set),
        on_scene(a_failing_sink_counts_tells_and_recovers),
        on_scene(a_removed_folder_drops_until_it_is_back),
        on_scene(a_removed_file_is_made_anew),
        on_scene(an_emptied_file_counts_from_zero),
        on_scene(a_full_disk_leaves_whole_lines_behind),
        on_scene(a_renamed_file_is_left_at_the_end_of_a_line),
        on_scene(a_wish_to_rotate_waits_for_the_end_of_the_line),
        on_scene(a_name_that_cannot_be_looked_at_is_told),
        on_scene(a_rotation_that_fails_loses_nothing),
        on_scene(a_rotation_without_a_descriptor_is_undone),
        on_scene(the_oldest_file_goes_compressed_or_not),
        on_scene(a_gap_among_old_files_is_filled_first),
        on_scene(a_name_that_is_too_long_to_rotate_loses_nothing),
        on_scene(somebody_elses_rotation_is_respected),
        on_scene(other_limits_hold_at_once),
        on_scene(a_slow_reader_asks_its_users_to_stop),
        on_scene(a_reader_may_leave_and_come_back),
        on_scene(a_reader_that_leaves_frees_those_who_wait),
        on_scene(old_files_are_compressed),
        on_scene(rotations_overtake_the_compression),
        on_scene(without_gzip_old_files_stay_as_they_are),
        on_scene(a_compression_that_fails_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
