/* reeve.mysql: NULL is nil, numbers are numbers where that loses nothing, all else is text. */
#include "os/database.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <string.h>

enum { CELLS_AT_ONCE = 10000 };

static const char type_name[] = "reeve.mysql";

static const char *const fields[] = { "host",     "socket",    "port",     "user",      "password",
                                      "database", "timeout",   "max_rows", "max_bytes", "tls",
                                      "ca_file",  "cert_file", "key_file", "insecure",  NULL };

/* Its options are its user value; the database is opened by the first query. In a worker it connects anew. */
struct connection {
    struct database *database;
    bool is_closed;
};

/* A query that a task waits for: it lies on the stack of its task, and is freed with it. */
struct asker {
    struct task *task;
    struct query *query; /* NULL: it is over */
    struct cells cells;  /* the values; then what came */
    struct words columns;
    size_t rows;
    int64_t affected, insert_id;
    struct error error;  /* "": the server did it */
    int list;            /* where the rows lie on the task's stack, above their names; 0: not begun */
    size_t row;          /* so many are there */
    size_t position;     /* of the next cell */
    struct timer *pause; /* between some rows and the next ones */
};

/* ---- options ----------------------------------------------------------------------------------- */

static int64_t count_field(lua_State *L, const char *name, int64_t otherwise, int64_t most)
{
    int64_t n;

    if (!args_push_field(L, -1, name))
        return otherwise;
    n = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (n < 1 || n > most)
        luaL_error(L, "'%s': expected an integer from 1 to %d", name, (int)most);
    lua_pop(L, 1);
    return n;
}

static int64_t bytes_field(lua_State *L)
{
    int64_t n = args_size_field(L, -1, "max_bytes", DATABASE_BYTES);

    if (n < 1 || n > DATABASE_BYTES_MOST)
        luaL_error(L, "'max_bytes': expected a size up to 64MB");
    return n;
}

static void check_together(lua_State *L, const struct database_options *o)
{
    if (o->socket != NULL && (o->host != NULL || o->port > 0 || o->tls))
        luaL_error(L, "'socket' is a Unix socket: 'host', 'port' and 'tls' are for others");
    if (!o->tls && (o->ca_file != NULL || o->cert_file != NULL || o->key_file != NULL || o->insecure))
        luaL_error(L, "'ca_file', 'cert_file', 'key_file' and 'insecure' mean nothing without tls = true");
}

/* Of the table on top of the stack, which keeps the texts. */
static struct database_options read_options(lua_State *L)
{
    struct database_options o;

    args_check_fields(L, -1, fields);
    o = (struct database_options){
        .host = args_text_field(L, -1, "host", NULL),
        .socket = args_text_field(L, -1, "socket", NULL),
        .port = (unsigned)count_field(L, "port", 0, 65535),
        .user = args_text_field(L, -1, "user", NULL),
        .password = args_text_field(L, -1, "password", NULL),
        .database = args_text_field(L, -1, "database", NULL),
        .timeout = args_duration_field(L, -1, "timeout", DATABASE_TIMEOUT),
        .max_rows = (size_t)count_field(L, "max_rows", DATABASE_ROWS, DATABASE_ROWS_MOST),
        .max_bytes = (size_t)bytes_field(L),
        .tls = args_bool_field(L, -1, "tls", false),
        .ca_file = args_text_field(L, -1, "ca_file", NULL),
        .cert_file = args_text_field(L, -1, "cert_file", NULL),
        .key_file = args_text_field(L, -1, "key_file", NULL),
        .insecure = args_bool_field(L, -1, "insecure", false),
    };
    check_together(L, &o);
    return o;
}

/* mysql.connect { host=, port=, user=, password=, database=, … } -> connection: nobody is asked before the first
 * query, which also connects anew if the connection was lost */
static int lib_connect(lua_State *L)
{
    struct connection *c;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    read_options(L);
    c = lua_newuserdatauv(L, sizeof *c, 1);
    *c = (struct connection){ .database = NULL };
    luaL_setmetatable(L, type_name);
    lib_push_copy(L, 1);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static bool open_database(lua_State *L, struct connection *c, struct error *e)
{
    struct database_options o;

    if (c->database != NULL)
        return true;
    lua_getiuservalue(L, 1, 1);
    o = read_options(L);
    c->database = database_open(&o, e);
    lua_pop(L, 1);
    return c->database != NULL;
}

/* ---- values ------------------------------------------------------------------------------------ */

/* Before anything is copied. */
static bool is_short_enough(lua_State *L, int last, struct error *e)
{
    size_t length, sum = 0;

    for (int i = 2; i <= last; i++)
        if (lua_type(L, i) == LUA_TSTRING) {
            lua_tolstring(L, i, &length);
            sum += length;
        }
    return sum <= DATABASE_STATEMENT_MOST ||
           failure(e, "a statement has at most %d bytes, with its values", DATABASE_STATEMENT_MOST);
}

static void add_value(lua_State *L, int index, struct cells *values)
{
    size_t length;
    const char *text;

    switch (lua_type(L, index)) {
    case LUA_TNIL:
        cells_add_null(values);
        return;
    case LUA_TBOOLEAN:
        cells_add_integer(values, lua_toboolean(L, index));
        return;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            cells_add_integer(values, lua_tointeger(L, index));
        else
            cells_add_number(values, lua_tonumber(L, index));
        return;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &length);
        cells_add_text(values, text, length);
        return;
    case LUA_TLIGHTUSERDATA: /* reeve.json.null */
        if (lua_touserdata(L, index) == NULL) {
            cells_add_null(values);
            return;
        }
    }
    luaL_argerror(L, index, "expected a text, a number, a boolean, nil or reeve.json.null");
}

static void push_cell(lua_State *L, const struct cell *c)
{
    switch (c->kind) {
    case CELL_NULL:
        lua_pushnil(L);
        break;
    case CELL_INTEGER:
        lua_pushinteger(L, c->integer);
        break;
    case CELL_NUMBER:
        lua_pushnumber(L, c->number);
        break;
    case CELL_TEXT:
        lua_pushlstring(L, c->text, c->length);
        break;
    }
}

/* The names lie on the stack below the list, so that no row makes them again. */
static void push_row(lua_State *L, struct asker *a)
{
    int names = a->list - (int)a->columns.count;
    struct cell c;

    lua_createtable(L, 0, (int)a->columns.count);
    for (size_t i = 0; i < a->columns.count && cells_next(&a->cells, &a->position, &c); i++) {
        lua_pushvalue(L, names + (int)i);
        push_cell(L, &c);
        lua_rawset(L, -3);
    }
}

static void begin_list(lua_State *L, struct asker *a)
{
    luaL_checkstack(L, (int)a->columns.count + 8, "too many columns");
    for (size_t i = 0; i < a->columns.count; i++)
        lua_pushstring(L, a->columns.word[i]);
    lua_createtable(L, (int)a->rows, 0);
    a->list = lua_gettop(L);
}

/* As many as take a few milliseconds. False: there are more. */
static bool add_rows(lua_State *L, struct asker *a)
{
    size_t left = a->columns.count > 0 ? CELLS_AT_ONCE / a->columns.count + 1 : 0;

    for (; a->row < a->rows && left > 0; left--) {
        push_row(L, a);
        lua_rawseti(L, a->list, (lua_Integer)++a->row);
    }
    return a->row == a->rows;
}

/* ---- queries ----------------------------------------------------------------------------------- */

static void cancel(void *work)
{
    struct asker *a = work;

    if (a->query != NULL)
        query_cancel(a->query);
    a->query = NULL;
    timer_stop(&a->pause);
}

static void forget_answer(struct asker *a)
{
    cells_free(&a->cells);
    words_free(&a->columns);
}

static int collect_asker(lua_State *L)
{
    struct asker *a = lua_touserdata(L, 1);

    cancel(a);
    forget_answer(a);
    return 0;
}

static struct asker *push_asker(lua_State *L, struct task *t)
{
    struct asker *a = lua_newuserdatauv(L, sizeof *a, 0);

    *a = (struct asker){ .task = t };
    userdata_collect(L, "reeve.asker", collect_asker);
    return a;
}

static void on_done(struct database_result *r, void *arg)
{
    struct asker *a = arg;

    a->query = NULL;
    if (r->error != NULL) {
        failure(&a->error, "%s", r->error);
    } else {
        a->cells = r->cells;
        a->columns = r->columns;
        a->rows = r->rows;
        a->affected = r->affected;
        a->insert_id = r->insert_id;
        r->cells = (struct cells){ .count = 0 };
        r->columns = (struct words){ .count = 0 };
    }
    task_wake(a->task);
}

static void on_pause(void *arg)
{
    struct asker *a = arg;

    a->pause = NULL;
    task_wake(a->task);
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct asker *a = (struct asker *)context;

    (void)status;
    if (a->error.text[0] != '\0')
        return handle_push_result(L, false, &a->error);
    if (a->list == 0)
        begin_list(L, a);
    if (!add_rows(L, a)) {
        a->pause = timer_start(tasks_loop(), 0, on_pause, a);
        return task_wait(L, a->task, cancel, a, go_on);
    }
    if (a->columns.count == 0) {
        lua_pushinteger(L, a->affected);
        lua_setfield(L, -2, "affected");
        lua_pushinteger(L, a->insert_id);
        lua_setfield(L, -2, "insert_id");
    }
    forget_answer(a);
    return 1;
}

static struct connection *check_connection(lua_State *L, const char *method)
{
    struct connection *c = luaL_checkudata(L, 1, type_name);

    if (c->is_closed)
        luaL_error(L, "%s: the connection is closed", method);
    return c;
}

/* connection:query(sql, …) -> rows | nil, message: the values take the places of the question marks; without columns
 * rows.affected and rows.insert_id tell what was done */
static int lib_query(lua_State *L)
{
    struct connection *c = check_connection(L, "connection:query");
    size_t length;
    const char *sql = luaL_checklstring(L, 2, &length);
    int last = lua_gettop(L);
    struct task *t = task_to_wait(L, "connection:query");
    struct asker *a = push_asker(L, t);
    struct error e;

    if (!is_short_enough(L, last, &e))
        return handle_push_result(L, false, &e);
    for (int i = 3; i <= last; i++)
        add_value(L, i, &a->cells);
    if (open_database(L, c, &e))
        a->query = database_query(c->database, tasks_loop(), sql, length, &a->cells, on_done, a, &e);
    cells_free(&a->cells);
    if (a->query == NULL)
        return handle_push_result(L, false, &e);
    return task_wait(L, t, cancel, a, go_on);
}

/* connection:close(): whoever waits for it is told that it was closed */
static int lib_close(lua_State *L)
{
    struct connection *c = luaL_checkudata(L, 1, type_name);
    struct database *d = c->database;

    c->database = NULL;
    c->is_closed = true;
    database_close(d);
    return 0;
}

static const luaL_Reg methods[] = { { "query", lib_query }, { "close", lib_close }, { NULL, NULL } };

static const luaL_Reg special[] = { { "__gc", lib_close }, { "__close", lib_close }, { NULL, NULL } };

static const luaL_Reg functions[] = { { "connect", lib_connect }, { NULL, NULL } };

int lib_module_mysql(lua_State *L)
{
    userdata_open(L, type_name, "connection", methods, special);
    luaL_newlib(L, functions);
    return 1;
}
