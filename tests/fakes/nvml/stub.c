/* A libnvidia-ml.so.1 without a driver: it tells what state.h reads from a file. */

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "state.h"

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7, TIMEOUT = 10, LOST = 15
};

typedef struct { char uuid[WORD]; } Handle;
typedef struct { unsigned gpu, memory; } Utilization;
typedef struct { u64 total, free, used; } Memory;
typedef struct { unsigned pid; u64 mem; unsigned gi, ci; } ProcessInfo;
typedef struct { unsigned pid; u64 at; unsigned sm, mem, enc, dec; } ProcessSample;
typedef struct { void *device; u64 type, data; unsigned gi, ci; } Event;
typedef struct {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char address[32];
} PciInfo;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int opened, counted;
static Handle handle[GPUS], *order[GPUS];
static u64 xid_told;

/* How often it is looked whether there is an XID. A driver is woken instead, and costs nothing. */
enum { XID_MS = 100 };

/* Take the lock with the file read, once nothing says that this call hangs. */
static void enter(const char *call) {
    pthread_mutex_lock(&lock);
    refresh();
    while (hanging(call)) {
        pthread_mutex_unlock(&lock);
        usleep(5000);
        pthread_mutex_lock(&lock);
        refresh();
    }
}

static int leave(int code) {
    pthread_mutex_unlock(&lock);
    return code;
}

#define SYSTEM_CALL                                                   \
    enter(__func__);                                                  \
    if (!opened) return leave(UNINITIALIZED);                         \
    int failed = failing("", __func__);                               \
    if (failed) return leave(failed)

#define DEVICE_CALL                                                   \
    enter(__func__);                                                  \
    if (!opened) return leave(UNINITIALIZED);                         \
    if (device == NULL) return leave(INVALID);                        \
    Gpu *g = found(((Handle *)device)->uuid);                         \
    if (g == NULL) return leave(LOST);                                \
    int failed = failing(g->uuid, __func__);                          \
    if (failed) return leave(failed)

#define WHOLE_GPUS if (g->parent[0]) return leave(NOT_SUPPORTED)

static Handle *handle_of(const char *uuid) {
    for (int i = 0; i < GPUS; i++) {
        if (!handle[i].uuid[0]) strcpy(handle[i].uuid, uuid);
        if (!strcmp(handle[i].uuid, uuid)) return &handle[i];
    }
    return NULL;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    enter(__func__);
    int failed = failing("", __func__);
    if (failed) return leave(failed);
    if (opened++ == 0) {
        counted = 0;
        for (int i = 0; i < gpus; i++)
            if (!gpu[i].parent[0]) order[counted++] = handle_of(gpu[i].uuid);
    }
    return leave(SUCCESS);
}

int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }

int nvmlShutdown(void) {
    enter(__func__);
    if (!opened) return leave(UNINITIALIZED);
    opened--;
    return leave(SUCCESS);
}

const char *nvmlErrorString(int code) {
    return code == SUCCESS ? "Success" : "an error of the stub";
}

int nvmlSystemGetDriverVersion(char *into, unsigned length) {
    SYSTEM_CALL;
    snprintf(into, length, "%s", driver);
    return leave(SUCCESS);
}

int nvmlSystemGetCudaDriverVersion_v2(int *into) {
    SYSTEM_CALL;
    *into = cuda;
    return leave(SUCCESS);
}

int nvmlSystemGetCudaDriverVersion(int *into) { return nvmlSystemGetCudaDriverVersion_v2(into); }

int nvmlDeviceGetCount_v2(unsigned *into) {
    SYSTEM_CALL;
    *into = counted;
    return leave(SUCCESS);
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **into) {
    SYSTEM_CALL;
    if ((int)index >= counted) return leave(INVALID);
    *into = order[index];
    Gpu *g = found(order[index]->uuid);
    return leave(g == NULL ? LOST : failing(g->uuid, __func__));
}

int nvmlDeviceGetUUID(void *device, char *into, unsigned length) {
    DEVICE_CALL;
    snprintf(into, length, "%s", g->uuid);
    return leave(SUCCESS);
}

int nvmlDeviceGetName(void *device, char *into, unsigned length) {
    DEVICE_CALL;
    snprintf(into, length, "%s", g->name);
    return leave(SUCCESS);
}

int nvmlDeviceGetPciInfo_v3(void *device, PciInfo *into) {
    DEVICE_CALL;
    memset(into, 0, sizeof *into);
    into->bus = g->bus;
    snprintf(into->address, sizeof into->address, "00000000:%02llX:00.0", g->bus);
    return leave(SUCCESS);
}

static int is_of(const Proc *p, const Gpu *g) {
    Gpu *on = found(p->gpu);
    return on != NULL && (on == g || !strcmp(on->parent, g->uuid)) && is_there(p);
}

int nvmlDeviceGetUtilizationRates(void *device, Utilization *into) {
    DEVICE_CALL;
    if (g->parent[0] || g->mig) return leave(NOT_SUPPORTED);
    u64 used = 0;
    for (int i = 0; i < procs; i++)
        if (is_of(&proc[i], g) && proc[i].util > 0) used += proc[i].util;
    used = used > 100 ? 100 : used;
    into->gpu = into->memory = used > g->util ? used : g->util;
    return leave(SUCCESS);
}

enum { RESERVED = 300 << 20 };

int nvmlDeviceGetMemoryInfo(void *device, Memory *into) {
    DEVICE_CALL;
    u64 used = g->mem_used;
    for (int i = 0; i < procs; i++)
        if (is_of(&proc[i], g) && proc[i].mem > 0) used += proc[i].mem;
    into->total = g->mem_total;
    into->used = used + RESERVED < g->mem_total ? used + RESERVED : g->mem_total;
    into->free = g->mem_total - into->used;
    return leave(SUCCESS);
}

typedef struct { unsigned version; u64 total, reserved, free, used; } MemoryV2;

int nvmlDeviceGetMemoryInfo_v2(void *device, MemoryV2 *into) {
    Memory all;
    int code = nvmlDeviceGetMemoryInfo(device, &all);
    if (code) return code;
    into->total = all.total;
    into->used = all.used - RESERVED;
    into->reserved = RESERVED;
    into->free = all.free;
    return SUCCESS;
}

#define NUMBER_CALL(call, value)                                      \
    int call(void *device, unsigned *into) {                          \
        DEVICE_CALL;                                                  \
        WHOLE_GPUS;                                                   \
        *into = value;                                                \
        return leave(SUCCESS);                                        \
    }

NUMBER_CALL(nvmlDeviceGetPowerUsage, g->power)
NUMBER_CALL(nvmlDeviceGetEnforcedPowerLimit, g->power_limit)

int nvmlDeviceGetTemperature(void *device, unsigned sensor, unsigned *into) {
    (void)sensor;
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = g->temperature;
    return leave(SUCCESS);
}

int nvmlDeviceGetClockInfo(void *device, unsigned type, unsigned *into) {
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = type == 2 ? g->mem_clock : g->sm_clock;
    return leave(SUCCESS);
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, u64 *into) {
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = g->throttle;
    return leave(SUCCESS);
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, u64 *into) {
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = g->throttle;
    return leave(SUCCESS);
}

int nvmlDeviceGetTotalEccErrors(void *device, unsigned type, unsigned counter, u64 *into) {
    (void)counter;
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = type == 1 ? g->ecc : 0;
    return leave(SUCCESS);
}

int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
    DEVICE_CALL;
    WHOLE_GPUS;
    *current = *pending = g->mig > 0;
    return leave(SUCCESS);
}

int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *into) {
    DEVICE_CALL;
    WHOLE_GPUS;
    *into = g->mig ? 7 : 0;
    return leave(SUCCESS);
}

int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **into) {
    DEVICE_CALL;
    for (int i = 0; i < gpus; i++)
        if (!strcmp(gpu[i].parent, g->uuid) && index-- == 0) {
            *into = handle_of(gpu[i].uuid);
            return leave(SUCCESS);
        }
    return leave(NOT_FOUND);
}

static int listed(const Gpu *g, int graphics, unsigned *count, ProcessInfo *into) {
    unsigned room = *count, n = 0;
    for (int i = 0; i < procs; i++)
        if (is_of(&proc[i], g) && proc[i].graphics == graphics) {
            if (into != NULL && n < room) {
                into[n].pid = proc[i].pid;
                into[n].mem = proc[i].mem < 0 ? ~0ULL : (u64)proc[i].mem;
                into[n].gi = into[n].ci = ~0u;
            }
            n++;
        }
    *count = n;
    return n > room || (n > 0 && into == NULL) ? INSUFFICIENT_SIZE : SUCCESS;
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, ProcessInfo *into) {
    DEVICE_CALL;
    return leave(listed(g, 0, count, into));
}

int nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned *count, ProcessInfo *into) {
    DEVICE_CALL;
    return leave(listed(g, 0, count, into));
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, ProcessInfo *into) {
    DEVICE_CALL;
    return leave(listed(g, 1, count, into));
}

int nvmlDeviceGetMPSComputeRunningProcesses_v3(void *device, unsigned *count, ProcessInfo *into) {
    DEVICE_CALL;
    return leave(listed(g, 2, count, into));
}

int nvmlDeviceGetProcessUtilization(void *device, ProcessSample *into, unsigned *count, u64 since) {
    (void)since;
    DEVICE_CALL;
    if (g->parent[0] || g->mig) return leave(NOT_SUPPORTED);
    unsigned room = *count, n = 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < procs; i++)
        if (is_of(&proc[i], g) && proc[i].util >= 0) {
            if (into != NULL && n < room) {
                memset(&into[n], 0, sizeof into[n]);
                into[n].pid = proc[i].pid;
                into[n].at = now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
                into[n].sm = proc[i].util;
            }
            n++;
        }
    *count = n;
    if (n == 0) return leave(NOT_FOUND);
    return leave(into == NULL || n > room ? INSUFFICIENT_SIZE : SUCCESS);
}

int nvmlEventSetCreate(void **into) {
    SYSTEM_CALL;
    *into = &xid_told;
    for (int i = 0; i < xids; i++)
        if (xid[i].n > xid_told) xid_told = xid[i].n;
    return leave(SUCCESS);
}

int nvmlEventSetFree(void *set) {
    (void)set;
    SYSTEM_CALL;
    return leave(SUCCESS);
}

int nvmlDeviceRegisterEvents(void *device, u64 types, void *set) {
    (void)types;
    (void)set;
    DEVICE_CALL;
    return leave(SUCCESS);
}

static int next_xid(Event *into) {
    for (int i = 0; i < xids; i++)
        if (xid[i].n > xid_told) {
            xid_told = xid[i].n;
            memset(into, 0, sizeof *into);
            into->device = handle_of(xid[i].gpu);
            into->type = 8;
            into->data = xid[i].code;
            return 1;
        }
    return 0;
}

int nvmlEventSetWait_v2(void *set, Event *into, unsigned timeout_ms) {
    (void)set;
    for (unsigned waited = 0;; waited += XID_MS) {
        SYSTEM_CALL;
        int found_one = next_xid(into);
        leave(SUCCESS);
        if (found_one) return SUCCESS;
        if (waited >= timeout_ms) return TIMEOUT;
        usleep(XID_MS * 1000);
    }
}
