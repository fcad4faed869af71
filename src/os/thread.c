#include "os/thread.h"

#include <pthread.h>
#include <signal.h>

int thread_start(void *(*run)(void *arg), void *arg, size_t stack)
{
    pthread_attr_t how;
    pthread_t thread;
    sigset_t all, before;
    int refused;

    sigfillset(&all);
    pthread_attr_init(&how);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&how, stack);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    refused = pthread_create(&thread, &how, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&how);
    return refused;
}
