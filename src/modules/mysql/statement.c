/* Without values a statement goes as a text, because not every one can be prepared; with values it is prepared, and
 * the server never sees them as a part of it. Of several result sets, as a procedure brings them, the first one counts.
 */
#include "base/utf8.h"
#include "base/xalloc.h"
#include "mysql_private.h"

#include <errmsg.h>
#include <stdlib.h>
#include <string.h>

enum { CR_LIBRARY_LAST = 2999 };

/* ---- both ways ----------------------------------------------------------------------------------------------- */

/* Nobody wants to hear the rest of what the server says. */
static bool give_up(struct job *j)
{
    wire_hang_up(j->wire);
    return false;
}

/* The library's own codes are about the connection. */
static bool fail_by(struct job *j, const char *says, unsigned code)
{
    failure(&j->error, "%s: %s (%u)", j->account->place, says, code);
    return code >= CR_MIN_ERROR && code <= CR_LIBRARY_LAST ? give_up(j) : false;
}

static bool fail(struct job *j)
{
    MYSQL *m = wire_handle(j->wire);

    return fail_by(j, mysql_error(m), mysql_errno(m));
}

static bool has_result(const struct job *j)
{
    return j->result.columns.count > 0;
}

/* What becomes of each column; to be freed. */
static enum column_kind *keep_columns(struct job *j, const MYSQL_FIELD *field, unsigned count)
{
    enum column_kind *kinds = xcalloc(count, sizeof *kinds);
    struct gathering names = { .count = 0 };

    for (unsigned i = 0; i < count; i++) {
        gathering_add(&names, field[i].name);
        kinds[i] = column_kind(&field[i]);
    }
    words_add_all(&j->result.columns, &names);
    return kinds;
}

static bool count_row(struct job *j)
{
    size_t most = j->account->options.max_rows;

    if (j->result.rows < most) {
        j->result.rows++;
        return true;
    }
    return failure(&j->error, "%s: the answer has more than %zu rows; max_rows may allow more", j->account->place,
                   most);
}

static void keep_count(struct job *j, my_ulonglong affected, my_ulonglong insert_id)
{
    j->result.affected = (int64_t)affected;
    j->result.insert_id = (int64_t)insert_id;
}

/* ---- as a text ----------------------------------------------------------------------------------------------- */

static bool keep_row(struct job *j, const enum column_kind *kinds, unsigned count, MYSQL_ROW row,
                     const unsigned long *lengths)
{
    for (unsigned i = 0; i < count; i++) {
        if (!column_fits(j, lengths[i]))
            return false;
        column_add(&j->result.cells, kinds[i], row[i], lengths[i]);
    }
    return true;
}

static bool keep_rows(struct job *j, MYSQL_RES *res)
{
    unsigned count = mysql_num_fields(res);
    enum column_kind *kinds = keep_columns(j, mysql_fetch_fields(res), count);
    MYSQL_ROW row;
    bool good = true;

    while (good && (row = mysql_fetch_row(res)) != NULL)
        good = (count_row(j) && keep_row(j, kinds, count, row, mysql_fetch_lengths(res))) || give_up(j);
    free(kinds);
    return good && (mysql_errno(wire_handle(j->wire)) == 0 || fail(j));
}

static bool take_result(struct job *j, MYSQL *m)
{
    MYSQL_RES *res = mysql_use_result(m);
    bool good = true;

    if (res == NULL && mysql_field_count(m) > 0)
        return fail(j);
    if (res == NULL && !has_result(j))
        keep_count(j, mysql_affected_rows(m), mysql_insert_id(m));
    if (res != NULL && !has_result(j))
        good = keep_rows(j, res);
    mysql_free_result(res);
    return good;
}

static bool run_text(struct job *j, MYSQL *m)
{
    int end;

    if (mysql_real_query(m, j->sql.data, j->sql.length) != 0)
        return fail(j);
    do
        if (!take_result(j, m))
            return false;
    while ((end = mysql_next_result(m)) == 0);
    return end < 0 || fail(j);
}

/* ---- prepared: the way there --------------------------------------------------------------------------------- */

static bool fail_prepared(struct job *j, MYSQL_STMT *stmt)
{
    return fail_by(j, mysql_stmt_error(stmt), mysql_stmt_errno(stmt));
}

static bool is_utf8(const char *text, size_t length)
{
    size_t n;

    for (; length > 0; text += n, length -= n)
        if ((n = utf8_character(text, length)) == 0)
            return false;
    return true;
}

static void bind_value(MYSQL_BIND *b, struct cell *value)
{
    switch (value->kind) {
    case CELL_NULL:
        b->buffer_type = MYSQL_TYPE_NULL;
        break;
    case CELL_INTEGER:
        b->buffer_type = MYSQL_TYPE_LONGLONG;
        b->buffer = &value->integer;
        break;
    case CELL_NUMBER:
        b->buffer_type = MYSQL_TYPE_DOUBLE;
        b->buffer = &value->number;
        break;
    case CELL_TEXT:
        b->buffer_type = is_utf8(value->text, value->length) ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        b->buffer = (char *)(uintptr_t)value->text;
        b->buffer_length = value->length;
        b->length = &b->buffer_length;
        break;
    }
}

static bool execute_bound(struct job *j, MYSQL_STMT *stmt, MYSQL_BIND *binds, struct cell *values)
{
    size_t position = 0;

    for (size_t i = 0; cells_next(&j->values, &position, &values[i]); i++)
        bind_value(&binds[i], &values[i]);
    return (mysql_stmt_bind_param(stmt, binds) == 0 && mysql_stmt_execute(stmt) == 0) || fail_prepared(j, stmt);
}

static bool execute(struct job *j, MYSQL_STMT *stmt)
{
    MYSQL_BIND *binds = xcalloc(j->values.count + 1, sizeof *binds);
    struct cell *values = xcalloc(j->values.count + 1, sizeof *values);
    bool good = execute_bound(j, stmt, binds, values);

    free(binds);
    free(values);
    return good;
}

/* ---- prepared: the way back ---------------------------------------------------------------------------------- */

struct slot {
    union {
        long long integer;
        double number;
        float single;
    } value;
    unsigned long length;
    my_bool is_null;
};

struct fetch {
    struct job *job;
    MYSQL_STMT *stmt;
    unsigned count;
    enum column_kind *kinds;
    struct slot *slots;
    MYSQL_BIND *binds;
    struct buffer text;
};

/* Texts come with their lengths first, and are fetched into as much room as they need. */
static void bind_column(MYSQL_BIND *b, enum column_kind kind, struct slot *slot)
{
    static const enum enum_field_types types[] = {
        [COLUMN_INTEGER] = MYSQL_TYPE_LONGLONG, [COLUMN_UNSIGNED] = MYSQL_TYPE_LONGLONG,
        [COLUMN_FLOAT] = MYSQL_TYPE_FLOAT,      [COLUMN_DOUBLE] = MYSQL_TYPE_DOUBLE,
        [COLUMN_BITS] = MYSQL_TYPE_STRING,      [COLUMN_TEXT] = MYSQL_TYPE_STRING,
    };

    b->buffer_type = types[kind];
    b->is_unsigned = kind == COLUMN_UNSIGNED;
    b->buffer = &slot->value;
    b->length = &slot->length;
    b->is_null = &slot->is_null;
}

static bool keep_text(struct fetch *f, unsigned i)
{
    size_t length = f->slots[i].length;
    MYSQL_BIND b = f->binds[i];

    buffer_clear(&f->text);
    buffer_reserve(&f->text, length + 1);
    b.buffer = f->text.data;
    b.buffer_length = length;
    if (length > 0 && mysql_stmt_fetch_column(f->stmt, &b, i, 0) != 0)
        return fail_prepared(f->job, f->stmt);
    column_add(&f->job->result.cells, f->kinds[i], f->text.data, length);
    return true;
}

static bool keep_cell(struct fetch *f, unsigned i)
{
    struct cells *c = &f->job->result.cells;
    const struct slot *s = &f->slots[i];
    bool is_text = f->kinds[i] == COLUMN_TEXT || f->kinds[i] == COLUMN_BITS;

    if (!column_fits(f->job, !s->is_null && is_text ? s->length : 0))
        return false;
    if (s->is_null)
        cells_add_null(c);
    else if (is_text)
        return keep_text(f, i);
    else if (f->kinds[i] == COLUMN_INTEGER)
        cells_add_integer(c, s->value.integer);
    else if (f->kinds[i] == COLUMN_UNSIGNED)
        cells_add_unsigned(c, (uint64_t)s->value.integer);
    else
        cells_add_number(c, f->kinds[i] == COLUMN_FLOAT ? column_float(s->value.single) : s->value.number);
    return true;
}

static bool keep_cells(struct fetch *f)
{
    for (unsigned i = 0; i < f->count; i++)
        if (!keep_cell(f, i))
            return false;
    return true;
}

static bool fetch_rows(struct fetch *f)
{
    int end;

    if (mysql_stmt_bind_result(f->stmt, f->binds) != 0)
        return fail_prepared(f->job, f->stmt);
    while ((end = mysql_stmt_fetch(f->stmt)) == 0 || end == MYSQL_DATA_TRUNCATED)
        if (!count_row(f->job) || !keep_cells(f))
            return give_up(f->job);
    return end == MYSQL_NO_DATA || fail_prepared(f->job, f->stmt);
}

static bool keep_prepared_rows(struct job *j, MYSQL_STMT *stmt)
{
    MYSQL_RES *about = mysql_stmt_result_metadata(stmt);
    struct fetch f = { .job = j, .stmt = stmt, .count = mysql_stmt_field_count(stmt) };
    bool good;

    if (about == NULL)
        return fail_prepared(j, stmt);
    f.kinds = keep_columns(j, mysql_fetch_fields(about), f.count);
    mysql_free_result(about);
    f.slots = xcalloc(f.count, sizeof *f.slots);
    f.binds = xcalloc(f.count, sizeof *f.binds);
    for (unsigned i = 0; i < f.count; i++)
        bind_column(&f.binds[i], f.kinds[i], &f.slots[i]);
    good = fetch_rows(&f);
    free(f.kinds);
    free(f.slots);
    free(f.binds);
    buffer_free(&f.text);
    return good;
}

static bool take_prepared_result(struct job *j, MYSQL_STMT *stmt)
{
    if (has_result(j))
        return mysql_stmt_free_result(stmt) == 0 || fail_prepared(j, stmt);
    if (mysql_stmt_field_count(stmt) > 0)
        return keep_prepared_rows(j, stmt);
    keep_count(j, mysql_stmt_affected_rows(stmt), mysql_stmt_insert_id(stmt));
    return true;
}

static bool run_statement(struct job *j, MYSQL_STMT *stmt)
{
    int end;

    if (mysql_stmt_prepare(stmt, j->sql.data, j->sql.length) != 0)
        return fail_prepared(j, stmt);
    if (mysql_stmt_param_count(stmt) != j->values.count)
        return failure(&j->error, "%s: the statement has %lu '?' and got %zu values", j->account->place,
                       mysql_stmt_param_count(stmt), j->values.count);
    if (!execute(j, stmt))
        return false;
    do
        if (!take_prepared_result(j, stmt))
            return false;
    while ((end = mysql_stmt_next_result(stmt)) == 0);
    return end < 0 || fail_prepared(j, stmt);
}

static bool run_prepared(struct job *j, MYSQL *m)
{
    MYSQL_STMT *stmt = mysql_stmt_init(m);
    bool good;

    if (stmt == NULL)
        return fail(j);
    good = run_statement(j, stmt);
    mysql_stmt_close(stmt);
    return good;
}

bool statement_run(struct job *j)
{
    MYSQL *m = wire_handle(j->wire);

    return j->values.count > 0 ? run_prepared(j, m) : run_text(j, m);
}
