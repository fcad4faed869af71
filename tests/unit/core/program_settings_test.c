/* Every setting of a program and of the supervisor: values that are read, how they are printed, values that are
 * refused. */
#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/values.h"

/* A value, and how it is printed. */
struct good {
    const char *setting, *value, *printed;
};

/* A value, and how it is refused. */
struct bad {
    const char *setting, *value, *message;
};

#define HOOK(name)                                                                                                     \
    {                                                                                                                  \
        name, "{'function':'f.lua:3'}", "{'function':'f.lua:3'}"                                                       \
    }

/* The first row of each setting is its default: a null. */
static const struct good program_good[] = {
    { "shell", "null", "false" },
    { "shell", "true", "true" },
    { "cmd", "null", "null" },
    { "cmd", "'/bin/echo \\u0027a b\\u0027 c'", "['/bin/echo','a b','c']" },
    { "cmd", "['a b','',5,1.5]", "['a b','','5','1.5']" },
    HOOK("cmd"),
    { "run", "null", "null" },
    HOOK("run"),
    { "numprocs", "null", "1" },
    { "numprocs", "0", "0" },
    { "numprocs", "3.0", "3" },
    { "requires", "null", "[]" },
    { "requires", "'db'", "['db']" },
    { "after", "null", "[]" },
    { "after", "['db','cache']", "['db','cache']" },
    { "after", "[]", "[]" },
    { "on_dependency", "null", "'restart'" },
    { "on_dependency", "'ignore'", "'ignore'" },
    { "ready", "null", "'starttime'" },
    { "ready", "'starttime'", "'starttime'" },
    { "ready", "'notify'", "'notify'" },
    { "ready", "{'fd':3}",
      "{'exec':null,'fd':3,'file':null,'http':null,'line':null,'status':null,'tcp':null,'unix':null}" },
    { "ready", "{'http':'http://127.0.0.1/x','status':204}",
      "{'exec':null,'fd':null,'file':null,'http':'http://127.0.0.1/x','line':null,'status':204,'tcp':null,"
      "'unix':null}" },
    { "ready", "{'exec':'pg_isready -q'}",
      "{'exec':['pg_isready','-q'],'fd':null,'file':null,'http':null,'line':null,'status':null,'tcp':null,"
      "'unix':null}" },
    HOOK("ready"),
    { "ready_timeout", "null", "60" },
    { "ready_timeout", "'2m'", "120" },
    { "watchdog", "null", "null" },
    { "watchdog", "10", "10" },
    { "watchdog", "false", "null" },
    { "health", "null", "null" },
    { "health", "{'tcp':'localhost:80'}",
      "{'action':'restart','check':null,'every':10,'exec':null,'failures':3,'http':null,'max_memory':null,"
      "'start_delay':0,'status':null,'tcp':'localhost:80','timeout':3,'unix':null}" },
    { "health",
      "{'check':{'function':'f.lua:3'},'action':{'function':'f.lua:4'},'every':1,'max_memory':'1MB',"
      "'timeout':0.5,'failures':1,'start_delay':'1m'}",
      "{'action':{'function':'f.lua:4'},'check':{'function':'f.lua:3'},'every':1,'exec':null,'failures':1,"
      "'http':null,'max_memory':1048576,'start_delay':60,'status':null,'tcp':null,'timeout':0.5,'unix':null}" },
    { "first_index", "null", "1" },
    { "first_index", "0", "0" },
    { "autostart", "null", "true" },
    { "autostart", "false", "false" },
    { "autorestart", "null", "'unexpected'" },
    { "autorestart", "true", "'always'" },
    { "autorestart", "'always'", "'always'" },
    { "autorestart", "false", "'never'" },
    { "autorestart", "'never'", "'never'" },
    { "autorestart", "'unexpected'", "'unexpected'" },
    HOOK("autorestart"),
    { "exitcodes", "null", "[0]" },
    { "exitcodes", "2", "[2]" },
    { "exitcodes", "[0,2,255]", "[0,2,255]" },
    { "exitcodes", "[]", "[]" },
    { "starttime", "null", "1" },
    { "starttime", "0.5", "0.5" },
    { "starttime", "'2m'", "120" },
    { "startretries", "null", "3" },
    { "startretries", "0", "0" },
    { "backoff", "null", "{'factor':2,'first':0.5,'jitter':0.1,'max':30}" },
    { "backoff", "5", "{'factor':1,'first':5,'jitter':0,'max':5}" },
    { "backoff", "0", "{'factor':1,'first':0,'jitter':0,'max':0}" },
    { "backoff", "'500ms'", "{'factor':1,'first':0.5,'jitter':0,'max':0.5}" },
    { "backoff", "{'first':1,'factor':3}", "{'factor':3,'first':1,'jitter':0.1,'max':30}" },
    { "backoff", "{'first':'1m'}", "{'factor':2,'first':60,'jitter':0.1,'max':60}" },
    { "backoff", "{'max':60,'jitter':0}", "{'factor':2,'first':0.5,'jitter':0,'max':60}" },
    { "stable", "null", "10" },
    { "stable", "'1h'", "3600" },
    { "respawn_limit", "null", "null" },
    { "respawn_limit", "0", "0" },
    { "respawn_interval", "null", "60" },
    { "respawn_interval", "5", "5" },
    { "on_giveup", "null", "'fatal'" },
    { "on_giveup", "'shutdown'", "'shutdown'" },
    { "oneshot", "null", "false" },
    { "oneshot", "true", "true" },
    { "essential", "null", "false" },
    { "essential", "true", "true" },
    { "stopsignal", "null", "'TERM'" },
    { "stopsignal", "'SIGINT'", "'INT'" },
    { "stopsignal", "3", "'QUIT'" },
    { "stopsignal", "[['TERM',5],['INT','2s']]", "[['TERM',5],['INT',2]]" },
    { "stopsignal", "['TERM','INT']", "['TERM','INT']" },
    { "stopsignal", "['TERM']", "'TERM'" },
    { "stopsignal", "[[15,0.5]]", "[['TERM',0.5]]" },
    { "stoptime", "null", "10" },
    { "stoptime", "0", "0" },
    { "stop_to", "null", "'group'" },
    { "stop_to", "'process'", "'process'" },
    { "stop_cmd", "null", "null" },
    { "stop_cmd", "'kill -9 1'", "['kill','-9','1']" },
    HOOK("stop_cmd"),
    { "kill_group", "null", "true" },
    { "kill_group", "false", "false" },
    { "reload_signal", "null", "null" },
    { "reload_signal", "'hup'", "'HUP'" },
    { "reload_cmd", "null", "null" },
    { "reload_cmd", "['nginx','-s','reload']", "['nginx','-s','reload']" },
    { "max_age", "null", "null" },
    { "max_age", "'1d'", "86400" },
    { "max_age", "false", "null" },
    { "user", "null", "null" },
    { "user", "'www-data'", "'www-data'" },
    { "user", "33", "'33'" },
    { "group", "null", "null" },
    { "group", "33", "'33'" },
    { "groups", "null", "null" },
    { "groups", "['adm',4]", "['adm','4']" },
    { "groups", "[]", "[]" },
    { "groups", "'adm'", "['adm']" },
    { "workingdir", "null", "null" },
    { "workingdir", "'/tmp'", "'/tmp'" },
    { "umask", "null", "null" },
    { "umask", "'022'", "'022'" },
    { "umask", "22", "'022'" },
    { "umask", "'0'", "'000'" },
    { "umask", "777", "'0777'" },
    { "env", "null", "{}" },
    { "env", "{'B':42,'A':'x=y','C':true,'D':0.5,'E':''}", "{'A':'x=y','B':'42','C':'true','D':'0.5','E':''}" },
    HOOK("env"),
    { "env_file", "null", "null" },
    { "env_file", "'/etc/default/x'", "'/etc/default/x'" },
    { "clear_env", "null", "false" },
    { "clear_env", "true", "true" },
    { "stdin", "null", "'/dev/null'" },
    { "stdin", "'/tmp/in'", "'/tmp/in'" },
    { "stdout", "null", "null" },
    { "stdout", "'discard'", "'discard'" },
    { "stdout", "'inherit'", "'inherit'" },
    { "stdout", "'syslog'", "'syslog'" },
    { "stdout", "'/var/log/x'", "'/var/log/x'" },
    { "stdout", "{'path':'x','max_size':'1KB','mode':'640','compress':true,'on_full':'drop'}",
      "{'backups':5,'compress':true,'json':false,'max_size':1024,'mode':'0640','on_full':'drop','owner':null,'path':'x'"
      ","
      "'prefix':false,'ring':16384,'timestamp':false,'to':'file'}" },
    { "stdout", "{'to':'inherit','prefix':true}",
      "{'backups':5,'compress':false,'json':false,'max_size':10485760,'mode':null,'on_full':'wait','owner':null,"
      "'path':null,'prefix':true,'ring':16384,'timestamp':false,'to':'inherit'}" },
    { "stdout", "{'ring':'64KB'}",
      "{'backups':5,'compress':false,'json':false,'max_size':10485760,'mode':null,'on_full':'wait','owner':null,"
      "'path':null,'prefix':false,'ring':65536,'timestamp':false,'to':'none'}" },
    HOOK("stdout"),
    { "stderr", "null", "null" },
    { "stderr", "'stdout'", "'stdout'" },
    { "limits", "null", "{}" },
    { "limits", "{'nofile':1024,'core':'unlimited','as':['1GB','2GB'],'NPROC':[5,-1]}",
      "{'as':[1073741824,2147483648],'core':'unlimited','nofile':1024,'nproc':[5,'unlimited']}" },
    { "limits", "{'cpu':['1m','2h'],'nofile':'64'}", "{'cpu':[60,7200],'nofile':64}" },
    { "nice", "null", "null" },
    { "nice", "-5", "-5" },
    { "nice", "0", "0" },
    { "oom_score_adj", "null", "null" },
    { "oom_score_adj", "-1000", "-1000" },
    { "no_new_privs", "null", "false" },
    { "no_new_privs", "true", "true" },
    { "sockets", "null", "[]" },
    { "sockets", "'web'", "['web']" },
    { "sockets", "['web','api']", "['web','api']" },
    { "deathsig", "null", "'TERM'" },
    { "deathsig", "false", "false" },
    { "deathsig", "'KILL'", "'KILL'" },
    { "detached", "null", "false" },
    { "detached", "true", "true" },
    { "pidfile", "null", "null" },
    { "pidfile", "'/run/web.pid'", "'/run/web.pid'" },
    { "scope", "null", "\"machine\"" },
    { "scope", "'cluster'", "\"cluster\"" },
    { "forks", "null", "false" },
    { "forks", "true", "true" },
    { "priority", "null", "999" },
    { "priority", "-1", "-1" },
    { "min_procs", "null", "1" },
    { "min_procs", "0", "0" },
    { "spare_procs", "null", "null" },
    { "spare_procs", "[2,5]", "[2,5]" },
    { "spare_procs", "[0,1]", "[0,1]" },
    { "max_procs", "null", "null" },
    { "max_procs", "0", "null" },
    { "max_procs", "9", "9" },
    HOOK("on_start"),
    HOOK("on_ready"),
    HOOK("on_exit"),
    HOOK("on_restart"),
    HOOK("on_stop"),
    HOOK("on_fatal"),
    HOOK("on_line"),
    HOOK("on_health"),
    HOOK("before_start"),
    HOOK("before_stop"),
};

static const struct bad program_bad[] = {
    { "shell", "1", "'shell': expected true or false, got 1" },
    { "cmd", "''", "'cmd' is empty: name what to run" },
    { "cmd", "'  '", "'cmd' is empty: name what to run" },
    { "cmd", "[]", "'cmd' is empty: name what to run" },
    { "cmd", "['']", "'cmd' is empty: name what to run" },
    { "cmd", "5", "'cmd': expected text, a list of words or a function, got 5" },
    { "cmd", "['a',[]]", "'cmd': item 2 must be text, not a table" },
    { "cmd", "{'a':1}", "'cmd': expected text, a list of words or a function, got a table" },
    { "cmd", "'a \\u0027b'", "'cmd': the quote ' at character 3 is never closed" },
    { "numprocs", "-1", "'numprocs' must be from 0 to 100000, not -1" },
    { "numprocs", "'3'", "'numprocs': expected a whole number, got \"3\"" },
    { "numprocs", "1.5", "'numprocs': expected a whole number, got 1.5" },
    { "first_index", "-1", "'first_index' must be from 0 to 1073741823, not -1" },
    { "autostart", "'yes'", "'autostart': expected true or false, got \"yes\"" },
    { "autorestart", "'sometimes'",
      "'autorestart' must be true, false, \"always\", \"unexpected\", \"never\" or a function, not \"sometimes\"" },
    { "autorestart", "1",
      "'autorestart' must be true, false, \"always\", \"unexpected\", \"never\" or a function, not 1" },
    { "exitcodes", "256", "'exitcodes' must be from 0 to 255, not 256" },
    { "exitcodes", "[0,'x']", "'exitcodes': expected a whole number or a list of them, got \"x\"" },
    { "exitcodes", "[256,0,'x']",
      "'exitcodes' must be from 0 to 255, not 256; "
      "'exitcodes': expected a whole number or a list of them, got \"x\"" },
    { "exitcodes", "{'a':0}", "'exitcodes': expected a whole number or a list of them, got a table" },
    { "starttime", "-1", "'starttime': -1 is negative: a time is 0 or more seconds" },
    { "startretries", "true", "'startretries': expected a whole number, got true" },
    { "backoff", "{'fist':1}", "'backoff': unknown setting 'fist', did you mean 'first'?" },
    { "backoff", "{'first':[],'factor':0.5,'jitter':2,'max':'x'}",
      "'backoff.factor' must be from 1 to 1000, not 0.5; 'backoff.first': expected a time such as 10 or \"10s\", got a "
      "table; 'backoff.jitter' must be from 0 to 1, not 2; 'backoff.max': 'x' is not a time" },
    { "backoff", "{'first':9,'max':3}", "'backoff.max' must not be less than 'backoff.first'" },
    { "backoff", "[1,2]", "'backoff': expected a time, or a table" },
    { "stable", "true", "'stable': expected a time such as 10 or \"10s\", got true" },
    { "respawn_limit", "-1", "'respawn_limit' must be from 0 to" },
    { "respawn_interval", "'soon'", "'respawn_interval': 'soon' is not a time" },
    { "on_giveup", "'exit'", "'on_giveup' must be \"fatal\" or \"shutdown\", not \"exit\"" },
    { "oneshot", "'true'", "'oneshot': expected true or false, got \"true\"" },
    { "essential", "0", "'essential': expected true or false, got 0" },
    { "stopsignal", "'TREM'", "'stopsignal': unknown signal 'TREM', did you mean TERM?" },
    { "stopsignal", "0", "'stopsignal': there is no signal 0" },
    { "stopsignal", "-15", "'stopsignal': there is no signal -15" },
    { "stopsignal", "['TERM',5]", "'stopsignal': a step is written { \"TERM\", 5 }, within the list of steps, not 5" },
    { "stopsignal", "[['TERM']]", "'stopsignal': a step is written { \"TERM\", 5 }" },
    { "stopsignal", "[['TERM','x']]", "'stopsignal': 'x' is not a time" },
    { "stopsignal", "['TREM',['TERM','x'],7,['NO','y']]",
      "'stopsignal': unknown signal 'TREM', did you mean TERM?; 'stopsignal': 'x' is not a time" },
    { "stopsignal", "[['NO','y'],'QUIT']",
      "'stopsignal': unknown signal 'NO', did you mean IO?; 'stopsignal': 'y' "
      "is "
      "not a time" },
    { "stopsignal", "[]", "'stopsignal' is empty: name a signal" },
    { "stopsignal", "{'signal':'TERM'}", "'stopsignal': expected a signal such as" },
    { "stoptime", "[]", "'stoptime': expected a time such as 10 or \"10s\", got a table" },
    { "stop_to", "true", "'stop_to' must be \"group\" or \"process\", not true" },
    { "stop_cmd", "''", "'stop_cmd' is empty: name what to run" },
    { "kill_group", "''", "'kill_group': expected true or false, got \"\"" },
    { "reload_signal", "false", "'reload_signal': expected a signal such as \"TERM\" or 15, got false" },
    { "reload_cmd", "[]", "'reload_cmd' is empty: name what to run" },
    { "max_age", "true", "'max_age': expected a time such as 10 or \"10s\", or false, got true" },
    { "user", "''", "'user' must not be empty" },
    { "group", "false", "'group': expected a name or a number, got false" },
    { "groups", "true", "'groups': expected text or a list of texts, got true" },
    { "groups", "['a',true]", "'groups': item 2 must be text, not true" },
    { "workingdir", "[]", "'workingdir': expected text or a function, got a table" },
    { "workingdir", "5", "'workingdir': expected text or a function, got 5" },
    { "umask", "'089'", "'umask': '089' is not octal" },
    { "umask", "8", "'umask': '8' is not octal" },
    { "umask", "'1777'", "'umask': '1777' is more than 0777" },
    { "umask", "true", "'umask': expected octal digits such as \"022\", got true" },
    { "env", "['A=b']", "'env': expected names with values, such as { LANG = \"C\" } or a function, got a table" },
    { "env", "{'A=':1}", "'env': the name \"A=\" must not contain '='" },
    { "env", "{'A':[]}", "'env': A must be text, a number or a boolean, not a table" },
    { "env_file", "[]", "'env_file': expected text, got a table" },
    { "clear_env", "1", "'clear_env': expected true or false, got 1" },
    { "stdin", "''", "'stdin' must not be empty" },
    { "stdout", "''", "'stdout' must not be empty" },
    { "stdout", "'stdout'", "'stdout': only stderr can go where stdout goes" },
    { "stdout", "'stderr'",
      "'stdout': nothing can go where stderr goes: write stderr = \"stdout\", or ./stderr for a file" },
    { "stdout", "true", "'stdout': expected a path, \"discard\", \"inherit\", \"syslog\", a table or a function" },
    { "stdout", "{'max_sze':1,'backups':'x'}",
      "'stdout': unknown setting 'max_sze', did you mean 'max_size'?; 'backups': expected a whole number, got \"x\"" },
    { "stdout", "{'to':'file'}", "'stdout': to = \"file\" needs a path" },
    { "stdout", "{'to':'syslog','path':'x'}", "'stdout': there is a path, but to = \"syslog\": take one away" },
    { "stdout", "{'ring':'1GB'}", "'stdout': 'ring' must be from 0 to 67108864, not 1073741824" },
    { "stdout", "{'max_size':-1}", "'stdout': 'max_size' must not be negative: -1" },
    { "stderr", "5", "'stderr': expected a path" },
    { "limits", "{'nofil':1}", "'limits': there is no limit 'nofil' (did you mean 'nofile'?)" },
    { "limits", "{'core':true,'as':[2,1],'cpu':[1],'nproc':-2}",
      "'limits.as': the soft limit is more than the hard one; 'limits.core': expected a number, a size such as \"1GB\" "
      "or \"unlimited\", got true; 'limits.cpu': two values are written { SOFT, HARD }; 'limits.nproc': expected a" },
    { "limits", "{'CPU':'1500ms'}", "'limits.cpu': expected a number, a time such as \"10m\" or \"unlimited\", got" },
    { "limits", "{'nofile':'1KB'}", "'limits.nofile': expected a number or \"unlimited\", got \"1KB\"" },
    { "limits", "{'core':1,'CORE':2}", "'limits': core is there twice" },
    { "limits", "[1]", "'limits': expected names with limits, such as { nofile = 1024 }, got a table" },
    { "nice", "20", "'nice' must be from -20 to 19, not 20" },
    { "oom_score_adj", "'x'", "'oom_score_adj': expected a whole number, got \"x\"" },
    { "no_new_privs", "1", "'no_new_privs': expected true or false, got 1" },
    { "requires", "{'db':1}", "'requires': expected the name of a program or a list of them, got a table" },
    { "after", "[true]", "'after': item 1 must be text, not true" },
    { "after", "[true,'db',[]]", "'after': item 1 must be text, not true; 'after': item 3 must be text, not a table" },
    { "on_dependency", "'stop'", "'on_dependency' must be \"restart\" or \"ignore\", not \"stop\"" },
    { "ready", "'soon'",
      "'ready': expected \"starttime\", \"notify\", a table such as { tcp = \"…\" } or a function, got \"soon\"" },
    { "ready", "{}", "'ready' wants one of fd, tcp, unix, http, file, line, exec; it has none" },
    { "ready", "{'tcp':'127.0.0.1:1','file':'/x'}",
      "'ready' wants one of fd, tcp, unix, http, file, line, exec; it has several" },
    { "ready", "{'tpc':'127.0.0.1:1','fd':2}",
      "'ready': unknown setting 'tpc', did you mean 'tcp'?; 'fd' must be from 3 to 255, not 2" },
    { "ready", "{'tcp':'127.0.0.1'}",
      "'ready': 'tcp': '127.0.0.1' is no HOST:PORT such as 127.0.0.1:5432, [::1]:80 or db.example.com:5432" },
    { "ready", "{'http':'https://127.0.0.1/'}",
      "'ready': 'http': 'https://127.0.0.1/': https is not spoken here; use exec = \"curl -fsS …\"" },
    { "ready", "{'tcp':'a.b:80','status':200}", "'ready': 'status' belongs to 'http', and there is none" },
    { "ready_timeout", "0", "'ready_timeout' must be at least 0.001, not 0" },
    { "watchdog", "'soon'",
      "'watchdog': 'soon' is not a time: write \"500ms\", \"10s\", \"5m\", \"2h\", \"1d\", or seconds as \"0.5\"" },
    { "health", "true", "'health': expected a table such as { http = \"http://…\", every = 10 }, got true" },
    { "health", "{'every':1}", "'health' has nothing to look at: say one of http, tcp, unix, exec, check, max_memory" },
    { "health", "{'tcp':'a.b:80','exec':'true'}",
      "'health' wants one of http, tcp, unix, exec, check; it has several" },
    { "health", "{'tcp':'a.b:80','action':'reboot','failures':0}",
      "'health': 'failures' must be at least 1, not 0; 'action' must be \"restart\", \"stop\" or \"none\", not "
      "\"reboot\"" },
    { "sockets", "{'web':1}", "'sockets': expected the name of a socket or a list of them, got a table" },
    { "deathsig", "true", "'deathsig': expected a signal such as \"TERM\" or 15, or false, got true" },
    { "detached", "'yes'", "'detached': expected true or false, got \"yes\"" },
    { "pidfile", "true", "'pidfile': expected text, got true" },
    { "scope", "'clutser'", "'scope' must be \"machine\" or \"cluster\", not \"clutser\"" },
    { "forks", "1", "'forks': expected true or false, got 1" },
    { "priority", "'high'", "'priority': expected a whole number, got \"high\"" },
    { "priority", "99999999999", "'priority': 99999999999 is out of bounds" },
    { "min_procs", "-1", "'min_procs' must be from 0 to 100000, not -1" },
    { "spare_procs", "2", "'spare_procs': expected two numbers, { fewest, most }, got 2" },
    { "spare_procs", "[2]", "'spare_procs': expected two numbers, { fewest, most }, got a table" },
    { "spare_procs", "[1.5,3]", "'spare_procs': expected two numbers, { fewest, most }, got a table" },
    { "spare_procs", "[5,2]", "'spare_procs': { 5, 2 } must be the fewest and then the most that are kept idle" },
    { "spare_procs", "[0,0]", "'spare_procs': { 0, 0 } must be the fewest and then the most that are kept idle" },
    { "max_procs", "[]", "'max_procs': expected a whole number, got a table" },
    { "on_start", "'f'", "'on_start': expected a function, got \"f\"" },
    { "on_ready", "1", "'on_ready': expected a function, got 1" },
    { "run", "'f'", "'run': expected a function, got \"f\"" },
    { "on_exit", "true", "'on_exit': expected a function, got true" },
    { "on_restart", "[]", "'on_restart': expected a function, got a table" },
    { "on_stop", "1", "'on_stop': expected a function, got 1" },
    { "on_fatal", "1", "'on_fatal': expected a function, got 1" },
    { "on_line", "1", "'on_line': expected a function, got 1" },
    { "on_health", "1", "'on_health': expected a function, got 1" },
    { "before_start", "1", "'before_start': expected a function, got 1" },
    { "before_stop", "1", "'before_stop': expected a function, got 1" },
};

static const struct good supervisor_good[] = {
    { "name", "'box'", "'box'" },
    { "control", "null", "null" },
    { "control", "'unix:/run/r.sock'", "['unix:/run/r.sock']" },
    { "control", "['unix:/a','tcp:127.0.0.1:1']", "['unix:/a','tcp:127.0.0.1:1']" },
    { "control", "false", "false" },
    { "control", "[]", "false" },
    { "control_mode", "null", "'0600'" },
    { "control_mode", "660", "'0660'" },
    { "control_owner", "'root:adm'", "'root:adm'" },
    { "password", "null", "null" },
    { "password", "'secret'", "'***'" },
    { "password_file", "'/etc/pw'", "'/etc/pw'" },
    { "open", "null", "false" },
    { "open", "true", "true" },
    { "log", "null", "['stderr']" },
    { "log", "['/var/log/r','syslog']", "['/var/log/r','syslog']" },
    { "log_level", "null", "'notice'" },
    { "log_level", "'error'", "'err'" },
    { "log_level", "'debug'", "'debug'" },
    { "syslog_facility", "null", "'daemon'" },
    { "syslog_facility", "'local3'", "'local3'" },
    { "pidfile", "'/run/r.pid'", "'/run/r.pid'" },
    { "state_dir", "'/var/lib/r'", "'/var/lib/r'" },
    { "env", "{'A':1}", "{'A':'1'}" },
    { "umask", "'077'", "'077'" },
    { "workingdir", "'/'", "'/'" },
    { "user", "'nobody'", "'nobody'" },
    { "pool", "'web'", "'web'" },
    { "respawn_limit", "null", "null" },
    { "respawn_limit", "5", "5" },
    { "respawn_interval", "null", "60" },
    { "on_giveup", "'shutdown'", "'shutdown'" },
    { "stop_timeout", "null", "60" },
    { "hook_time", "null", "0.2" },
    { "hook_timeout", "null", "60" },
    { "hang_limit", "null", "10" },
    { "load_time", "null", "10" },
    { "max_lives", "null", "3" },
    { "hook_memory", "null", "67108864" },
};

static const struct bad supervisor_bad[] = {
    { "name", "[]", "'name': expected text, got a table" },
    { "control", "0.5", "'control': expected an address, a list of addresses, or false, got 0.5" },
    { "control", "['unix:/s',7]", "'control': item 2 must be text, not 7" },
    { "control", "true", "'control': expected an address, a list of addresses, or false, got true" },
    { "control_mode", "'rw'", "'control_mode': 'rw' is not octal" },
    { "control_owner", "''", "'control_owner' must not be empty" },
    { "password", "''", "'password' must not be empty" },
    { "password_file", "[]", "'password_file': expected text, got a table" },
    { "open", "'no'", "'open': expected true or false, got \"no\"" },
    { "log", "[[]]", "'log': item 1 must be text, not a table" },
    { "log", "['stderr',5]", "'log': item 2 must be text, not 5" },
    { "log", "5", "'log': expected \"stderr\", \"syslog\", a path, or a list of these, got 5" },
    { "log", "['']", "'log' must not be empty" },
    { "log", "'stdout'", "'log': \"stdout\" is for what commands print: write \"stderr\", or ./stdout for a file" },
    { "log_level", "'loud'",
      "'log_level' must be \"err\", \"warning\", \"notice\", \"info\" or \"debug\", not \"loud\"" },
    { "syslog_facility", "3", "'syslog_facility' must be \"daemon\", \"user\", \"local0\"" },
    { "pidfile", "true", "'pidfile': expected text, got true" },
    { "state_dir", "''", "'state_dir' must not be empty" },
    { "env", "1", "'env': expected names with values" },
    { "umask", "9", "'umask': '9' is not octal" },
    { "workingdir", "''", "'workingdir' must not be empty" },
    { "user", "[]", "'user': expected a name or a number, got a table" },
    { "pool", "[]", "'pool': expected text, got a table" },
    { "respawn_limit", "'x'", "'respawn_limit': expected a whole number, got \"x\"" },
    { "respawn_interval", "-1", "'respawn_interval': -1 is negative" },
    { "on_giveup", "1", "'on_giveup' must be \"fatal\" or \"shutdown\", not 1" },
    { "stop_timeout", "'x'", "'stop_timeout': 'x' is not a time" },
    { "hook_time", "0", "'hook_time' must be at least 0.001, not 0" },
    { "hook_timeout", "0", "'hook_timeout' must be at least 0.001, not 0" },
    { "hang_limit", "0", "'hang_limit' must be at least 0.1, not 0" },
    { "load_time", "0", "'load_time' must be at least 0.001, not 0" },
    { "max_lives", "0", "'max_lives' must be at least 1, not 0" },
    { "hook_memory", "'1KB'", "'hook_memory' must be at least 1048576, not 1024" },
};

union any {
    struct program program;
    struct supervisor_settings supervisor;
};

static void assert_printed(const struct setting *s, const void *record, const char *expected)
{
    struct buffer out = { 0 };
    char *json = quoted(expected);

    setting_print(s, record, &out);
    assert_string_equal(out.data, json);
    buffer_free(&out);
    free(json);
}

static void read_and_print(const struct record_type *type, const struct good *good)
{
    const struct setting *s = setting_find(type, good->setting);
    struct value v = value_of(good->value);
    enum setting_change change;
    union any read, copy, fresh;
    struct error e = { "" };

    assert_non_null(s);
    record_init(&read, type);
    record_init(&fresh, type);
    if (!setting_read(s, &read, &v, &e))
        fail_msg("%s = %s: %s", good->setting, good->value, e.text);
    assert_printed(s, &read, good->printed);
    record_copy(&copy, &read);
    assert_true(setting_equal(s, &read, &copy));
    assert_false(setting_changed(s, &read, &copy, &change));
    if (v.kind == VALUE_NIL)
        assert_false(setting_changed(s, &read, &fresh, &change));
    record_clear(&read);
    assert_printed(s, &copy, good->printed);
    record_clear(&copy);
    record_clear(&fresh);
    value_clear(&v);
}

/* Two values are equal when, and only when, they print alike. */
static void compare_with_all(const struct record_type *type, const struct good *all, size_t count,
                             const struct good *one)
{
    const struct setting *s = setting_find(type, one->setting);
    struct value v = value_of(one->value);
    union any left, right;

    record_init(&left, type);
    setting_read(s, &left, &v, NULL);
    value_clear(&v);
    for (const struct good *other = all; other < all + count; other++) {
        enum setting_change change;

        if (strcmp(one->setting, other->setting) != 0 || (s->flags & (SETTING_SECRET | SETTING_HOOK)))
            continue;
        v = value_of(other->value);
        record_init(&right, type);
        setting_read(s, &right, &v, NULL);
        if (setting_changed(s, &left, &right, &change) != (strcmp(one->printed, other->printed) != 0))
            fail_msg("%s: %s and %s", one->setting, one->value, other->value);
        record_clear(&right);
        value_clear(&v);
    }
    record_clear(&left);
}

static void refuse(const struct record_type *type, const struct bad *bad)
{
    const struct setting *s = setting_find(type, bad->setting);
    struct value v = value_of(bad->value);
    struct error e = { "" };
    union any read, fresh;

    assert_non_null(s);
    record_init(&read, type);
    record_init(&fresh, type);
    assert_false(setting_read(s, &read, &v, &e));
    if (strncmp(e.text, bad->message, strlen(bad->message)) != 0)
        fail_msg("%s = %s: %s", bad->setting, bad->value, e.text);
    assert_true(setting_equal(s, &read, &fresh));
    record_clear(&read);
    record_clear(&fresh);
    value_clear(&v);
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void good_values_are_read_printed_and_copied(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(program_good); i++)
        read_and_print(&program_record, &program_good[i]);
    for (size_t i = 0; i < COUNT(supervisor_good); i++)
        read_and_print(&supervisor_record, &supervisor_good[i]);
}

static void values_are_equal_if_they_print_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(program_good); i++)
        compare_with_all(&program_record, program_good, COUNT(program_good), &program_good[i]);
    for (size_t i = 0; i < COUNT(supervisor_good); i++)
        compare_with_all(&supervisor_record, supervisor_good, COUNT(supervisor_good), &supervisor_good[i]);
}

static void bad_values_are_refused_in_good_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(program_bad); i++)
        refuse(&program_record, &program_bad[i]);
    for (size_t i = 0; i < COUNT(supervisor_bad); i++)
        refuse(&supervisor_record, &supervisor_bad[i]);
}

static bool is_tried(const char *name, const struct good *good, size_t goods, const struct bad *bad, size_t bads)
{
    bool in_good = false, in_bad = false;

    for (size_t i = 0; i < goods; i++)
        in_good = in_good || strcmp(good[i].setting, name) == 0;
    for (size_t i = 0; i < bads; i++)
        in_bad = in_bad || strcmp(bad[i].setting, name) == 0;
    return in_good && in_bad;
}

static void every_row_is_tried_here_and_helps_in_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < program_record.count; i++) {
        const struct setting *s = &program_record.settings[i];

        assert_true(s->help != NULL && strlen(s->help) < 100);
        if (!(s->flags & SETTING_DECLARED) &&
            !is_tried(s->name, program_good, COUNT(program_good), program_bad, COUNT(program_bad)))
            fail_msg("%s is not tried", s->name);
    }
    for (size_t i = 0; i < supervisor_record.count; i++) {
        const struct setting *s = &supervisor_record.settings[i];

        assert_true(s->help != NULL && strlen(s->help) < 100);
        if (!is_tried(s->name, supervisor_good, COUNT(supervisor_good), supervisor_bad, COUNT(supervisor_bad)))
            fail_msg("%s is not tried", s->name);
    }
}

static void read_one(struct program *p, const char *table)
{
    struct value v = value_of(table);
    struct problems problems = { 0 };

    record_read(p, v.table, &(struct record_source){ .file = "f", .problems = &problems });
    assert_int_equal(problems.count, 0);
    value_clear(&v);
}

static void assert_told_whole(const char *setting, const char *list, const char *first, const char *rest)
{
    struct program *p = program_new("a", "f", 1, NULL);
    struct value v = value_of(list);
    struct error e;

    assert_false(setting_read(setting_find(&program_record, setting), p, &v, &e));
    assert_memory_equal(e.text, first, strlen(first));
    assert_true(strlen(e.text) > strlen(rest));
    assert_string_equal(e.text + strlen(e.text) - strlen(rest), rest);
    value_clear(&v);
    program_free(p);
}

static void of_many_mistakes_some_are_told_whole_and_the_rest_is_counted(void **state)
{
    (void)state;
    assert_told_whole("after", "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]",
                      "'after': item 1 must be text, not a table; 'after': item 2 must",
                      "; 'after': item 10 must be text, not a table; and 5 more");
    assert_told_whole("health",
                      "{'colour':'red','http':[],'tcp':true,'unix':[],'every':'soon','timeout':'soon','failures':0,"
                      "'start_delay':'soon','action':'reboot','max_memory':'x'}",
                      "'health': unknown setting 'colour'", "'failures' must be at least 1, not 0; and 3 more");
}

static void the_shell_gets_the_command_as_it_is_written(void **state)
{
    struct program *p = program_new("a", "f", 1, NULL);
    struct error e;
    struct value list = value_of("['a']");

    (void)state;
    read_one(p, "{'cmd':'echo $HOME && \\\\ x','shell':true}");
    assert_int_equal(p->cmd.count, 3);
    assert_string_equal(p->cmd.word[0], "/bin/sh");
    assert_string_equal(p->cmd.word[1], "-c");
    assert_string_equal(p->cmd.word[2], "echo $HOME && \\ x");
    assert_null(p->cmd.word[3]);
    assert_false(setting_read(setting_find(&program_record, "cmd"), p, &list, &e));
    assert_string_equal(e.text, "'cmd' must be text, not a list, when 'shell' is true");
    value_clear(&list);
    program_free(p);
}

static enum setting_change change_between(const char *before, const char *after, const char *setting)
{
    struct program *a = program_new("a", "f", 1, NULL), *b = program_new("a", "f", 1, NULL);
    enum setting_change change;

    read_one(a, before);
    read_one(b, after);
    assert_true(setting_changed(setting_find(&program_record, setting), a, b, &change));
    program_free(a);
    program_free(b);
    return change;
}

static void only_what_the_child_sees_of_its_output_needs_a_restart(void **state)
{
    (void)state;
    assert_int_equal(
        change_between("{'stdout':{'path':'a'}}", "{'stdout':{'path':'a','backups':1,'ring':1}}", "stdout"),
        CHANGE_LIVE);
    assert_int_equal(change_between("{'stdout':{'path':'a'}}", "{'stdout':{'path':'b','backups':1}}", "stdout"),
                     CHANGE_RESTART);
    assert_int_equal(change_between("{'stdout':{'path':'a'}}", "{'stdout':'a'}", "stdout"), CHANGE_RESTART);
    assert_int_equal(change_between("{}", "{'stderr':'stdout'}", "stderr"), CHANGE_RESTART);
}

static void a_program_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct program) <= 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_values_are_read_printed_and_copied),
        cmocka_unit_test(values_are_equal_if_they_print_alike),
        cmocka_unit_test(bad_values_are_refused_in_good_words),
        cmocka_unit_test(every_row_is_tried_here_and_helps_in_a_line),
        cmocka_unit_test(of_many_mistakes_some_are_told_whole_and_the_rest_is_counted),
        cmocka_unit_test(the_shell_gets_the_command_as_it_is_written),
        cmocka_unit_test(only_what_the_child_sees_of_its_output_needs_a_restart),
        cmocka_unit_test(a_program_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
