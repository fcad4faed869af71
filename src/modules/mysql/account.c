#include "base/xalloc.h"
#include "mysql_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The library takes no authorities of the system by itself, and without any it checks nothing. */
static const char *find_authorities(void)
{
    static const char *const files[] = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                         "/etc/ssl/cert.pem" };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (access(files[i], R_OK) == 0)
            return files[i];
    return NULL;
}

static void set_numbers(struct database_options *o)
{
    o->port = o->port > 0 ? o->port : DATABASE_PORT;
    o->timeout = o->timeout > 0 ? o->timeout : DATABASE_TIMEOUT;
    o->max_rows = o->max_rows > 0 ? o->max_rows : DATABASE_ROWS;
    o->max_bytes = o->max_bytes > 0 ? o->max_bytes : DATABASE_BYTES;
}

static void copy_texts(struct database_options *o)
{
    o->host = xstrdup(o->host != NULL || o->socket != NULL ? o->host : "127.0.0.1");
    o->socket = xstrdup(o->socket);
    o->user = xstrdup(o->user);
    o->password = xstrdup(o->password);
    o->database = xstrdup(o->database);
    o->ca_file = xstrdup(o->ca_file);
    o->cert_file = xstrdup(o->cert_file);
    o->key_file = xstrdup(o->key_file);
}

struct account *account_new(const struct database_options *o, struct error *e)
{
    struct account *a = xcalloc(1, sizeof *a);

    atomic_init(&a->users, 1);
    a->options = *o;
    if (o->tls && !o->insecure && o->ca_file == NULL)
        a->options.ca_file = find_authorities();
    set_numbers(&a->options);
    copy_texts(&a->options);
    a->place = o->socket != NULL ? xstrdup(o->socket) : xasprintf("%s:%u", a->options.host, a->options.port);
    if (!o->tls || o->insecure || a->options.ca_file != NULL)
        return a;
    account_leave(a);
    failure(e, "no certificate can be checked: the system has no file of authorities; give one as ca_file");
    return NULL;
}

struct account *account_share(struct account *a)
{
    atomic_fetch_add(&a->users, 1);
    return a;
}

static void free_text(const char *text)
{
    free((char *)(uintptr_t)text);
}

void account_leave(struct account *a)
{
    struct database_options *o = &a->options;

    if (atomic_fetch_sub(&a->users, 1) > 1)
        return;
    if (o->password != NULL)
        explicit_bzero((char *)(uintptr_t)o->password, strlen(o->password));
    free_text(o->host);
    free_text(o->socket);
    free_text(o->user);
    free_text(o->password);
    free_text(o->database);
    free_text(o->ca_file);
    free_text(o->cert_file);
    free_text(o->key_file);
    free(a->place);
    free(a);
}
