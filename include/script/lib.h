/* lib: what a configuration finds in its globals. One file for each table in src/script/lib. */
#ifndef SCRIPT_LIB_H
#define SCRIPT_LIB_H

#include <lua.h>

/* Everything of this room: Lua's safe libraries, the words of the configuration, `reeve`. */
void lib_open_all(lua_State *L);

/* Lua's own, without what could block, touch the file system, or run for ever out of reach. */
void lib_open_base(lua_State *L);
void lib_open_coroutine(lua_State *L);
void lib_open_string(lua_State *L);
void lib_open_table(lua_State *L);
void lib_open_io(lua_State *L);
void lib_open_os(lua_State *L);

/* supervisor program group socket on include require */
void lib_open_config(lua_State *L);
void lib_open_include(lua_State *L);
void lib_open_require(lua_State *L);

/* Put `wrapper` in the place of a function of the table on top of the stack; the original is its first upvalue. */
void lib_tame(lua_State *L, const char *name, lua_CFunction wrapper);

/* Push a copy of the table at `index`, whose values are the same ones. */
void lib_push_copy(lua_State *L, int index);

/* Reading an undefined global is told. After everything else. */
void lib_guard_globals(lua_State *L);

/* The table `reeve`, and what is in it: each adds its functions to the table on top of the stack. */
void lib_open_reeve(lua_State *L);
void lib_open_log(lua_State *L);
void lib_open_json(lua_State *L);
void lib_open_process(lua_State *L);
void lib_open_program(lua_State *L);
void lib_open_events(lua_State *L);
void lib_open_task(lua_State *L);
void lib_open_command(lua_State *L);
void lib_open_exec(lua_State *L);
void lib_open_connect(lua_State *L);
void lib_open_store(lua_State *L);
void lib_open_save(lua_State *L);
void lib_open_settings(lua_State *L);
void lib_open_http(lua_State *L);
void lib_open_mail(lua_State *L);

/* What a worker's body is given; and what its worker:socket returns, for a descriptor that is not its own. */
void lib_open_worker(lua_State *L);
void lib_open_socket(lua_State *L);
void lib_push_socket(lua_State *L, int fd, const char *name);

/* In a forked copy of reeve: what was made before is of no type that is known now, and is never finalized. */
void lib_leave_parent(lua_State *L);

/* What `require` finds though no file has it: each pushes its table. For reeve's own modules. */
int lib_module_state(lua_State *L);
int lib_module_mysql(lua_State *L);
int lib_module_inside(lua_State *L);
int lib_module_pass(lua_State *L);
int lib_module_cluster(lua_State *L);
int lib_module_schedule(lua_State *L);

#endif
