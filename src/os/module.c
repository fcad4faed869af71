#include "os/module.h"

#include "base/buffer.h"
#include "base/text.h"
#include "version.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The package of a library, for those who lack it. */
static const struct {
    const char *library;
    const char *package;
} packages[] = {
    { "libcurl.so", "libcurl4 on Debian and Ubuntu, libcurl on Fedora and Alpine, curl on Arch" },
    { "libedit.so", "libedit2 on Debian and Ubuntu, libedit on Fedora, Alpine and Arch" },
    { "libmariadb.so",
      "libmariadb3 on Debian and Ubuntu, mariadb-connector-c on Fedora and Alpine, mariadb-libs on Arch" },
};

/* The directory of the running binary, also when its file was replaced; "" if unknown. */
static void find_own_directory(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* True for a file that is there, whether it can be opened or not. */
static bool add_if_there(struct buffer *path, struct buffer *looked, const char *directory, const char *below,
                         const char *name)
{
    buffer_clear(path);
    buffer_addf(path, "%s%s/%s.so", directory, below, name);
    if (access(path->data, F_OK) == 0)
        return true;
    buffer_addf(looked, "%s%s", looked->length > 0 ? ", " : "", path->data);
    return false;
}

static bool find_file(struct buffer *path, const char *name, struct error *e)
{
    const char *given = secure_getenv("REEVE_MODULES");
    char own[PATH_MAX];
    struct buffer looked = { 0 };
    bool found;

    find_own_directory(own, sizeof own);
    found = (given != NULL && *given != '\0' && add_if_there(path, &looked, given, "", name)) ||
            (*own != '\0' && add_if_there(path, &looked, own, "/modules", name)) ||
            add_if_there(path, &looked, REEVE_MODULE_DIR, "", name);
    if (!found)
        failure(e, "it is not installed; looked for %s", looked.data);
    buffer_free(&looked);
    return found;
}

static const char *package_of(const char *library)
{
    size_t i;

    for (i = 0; i < sizeof packages / sizeof packages[0]; i++)
        if (text_starts(library, packages[i].library))
            return packages[i].package;
    return NULL;
}

/* The linker says "LIBRARY: cannot open shared object file: …" for a library that is missing. */
static bool explain(const char *says, struct error *e)
{
    const char *colon = strchr(says, ':');
    const char *package = package_of(says);

    if (strstr(says, "cannot open shared object file") == NULL || colon == NULL || *says == '/')
        return failure(e, "%s", says);
    return failure(e, "the library %.*s is not installed%s%s", (int)(colon - says), says,
                   package != NULL ? "; it is in the package " : "", package != NULL ? package : "");
}

static const struct module *check(void *object, const char *path, struct error *e)
{
    const struct module *m = dlsym(object, "reeve_module");

    if (m == NULL)
        failure(e, "%s is not a module of reeve: it has no symbol reeve_module", path);
    else if (m->abi != MODULE_ABI)
        failure(e, "%s was built for another reeve (module interface %u, needed is %d); build and install it again",
                path, m->abi, MODULE_ABI);
    else
        return m;
    dlclose(object);
    return NULL;
}

static const struct module *open_file(const char *path, struct error *e)
{
    /* Everything now: a missing symbol should not be found in the middle of something. */
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (object != NULL)
        return check(object, path, e);
    explain(dlerror(), e);
    return NULL;
}

const struct module *module_open(const char *name, struct error *e)
{
    const struct module *m = NULL;
    struct buffer path = { 0 };

    if (find_file(&path, name, e))
        m = open_file(path.data, e);
    buffer_free(&path);
    if (m == NULL)
        failure_in(e, "module '%s'", name);
    return m;
}
