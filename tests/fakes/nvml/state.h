/* What the file $NVML_STUB_STATE says, read again whenever it was replaced.

   Each line of the file is a kind of thing and its key=value fields, apart by tabs:
     system driver cuda              | gpu uuid name bus util mem_used ... | mig parent uuid ...
     proc gpu pid mem util graphics  | fail gpu call code                  | hang call
     xid n gpu code
   `*` stands for every GPU, or every call. Times and sizes are in NVML's own units; a GPU's
   mem_used is without that of its processes, its util at least theirs together. Processes add
   themselves to $NVML_STUB_STATE.run, a line `proc` each, and are gone from there when they end. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { GPUS = 64, PROCS = 4096, FAULTS = 512, WORD = 96 };

typedef unsigned long long u64;
typedef struct {
    char uuid[WORD], name[WORD], parent[WORD];
    u64 bus, util, mem_used, mem_total, temperature, power, power_limit, sm_clock, mem_clock,
        throttle, ecc, mig, gi;
} Gpu;
typedef struct { char gpu[WORD]; long long pid, mem, util, graphics; int added; } Proc;
typedef struct { char gpu[WORD], call[WORD]; int code; } Fault;
typedef struct { char gpu[WORD]; u64 n, code; } Xid;

static char driver[WORD];
static int cuda, gpus, procs, faults, hangs, xids;
static Gpu gpu[GPUS];
static Proc proc[PROCS];
static Fault fault[FAULTS];
static char hang[FAULTS][WORD];
static Xid xid[FAULTS];

static const char *field(const char *line, const char *key, char *into) {
    char wanted[WORD + 2];
    snprintf(wanted, sizeof wanted, "\t%s=", key);
    const char *at = strstr(line, wanted);
    into[0] = 0;
    if (at != NULL) {
        at += strlen(wanted);
        size_t length = strcspn(at, "\t");
        if (length > WORD - 1) length = WORD - 1;
        memcpy(into, at, length);
        into[length] = 0;
    }
    return into;
}

static long long number(const char *line, const char *key) {
    char word[WORD];
    return atoll(field(line, key, word));
}

static void take_gpu(const char *line) {
    Gpu *g = &gpu[gpus++];
    field(line, "uuid", g->uuid);
    field(line, "name", g->name);
    field(line, "parent", g->parent);
    g->bus = number(line, "bus");
    g->util = number(line, "util");
    g->mem_used = number(line, "mem_used");
    g->mem_total = number(line, "mem_total");
    g->temperature = number(line, "temperature");
    g->power = number(line, "power");
    g->power_limit = number(line, "power_limit");
    g->sm_clock = number(line, "sm_clock");
    g->mem_clock = number(line, "mem_clock");
    g->throttle = number(line, "throttle");
    g->ecc = number(line, "ecc");
    g->mig = number(line, "mig");
    g->gi = number(line, "gi");
}

static int is_there(const Proc *p) {
    return !p->added || kill(p->pid, 0) == 0 || errno == EPERM;
}

static void take_proc(const char *line, int added) {
    Proc *p = &proc[procs];
    field(line, "gpu", p->gpu);
    p->pid = number(line, "pid");
    p->mem = number(line, "mem");
    p->util = number(line, "util");
    p->graphics = number(line, "graphics");
    p->added = added;
    procs += is_there(p);
}

static void take(const char *line, int added) {
    if (!strncmp(line, "system\t", 7)) {
        field(line, "driver", driver);
        cuda = number(line, "cuda");
    } else if ((!strncmp(line, "gpu\t", 4) || !strncmp(line, "mig\t", 4)) && gpus < GPUS) {
        take_gpu(line);
    } else if (!strncmp(line, "proc\t", 5) && procs < PROCS) {
        take_proc(line, added);
    } else if (!strncmp(line, "fail\t", 5) && faults < FAULTS) {
        Fault *f = &fault[faults++];
        field(line, "gpu", f->gpu);
        field(line, "call", f->call);
        f->code = number(line, "code");
    } else if (!strncmp(line, "hang\t", 5) && hangs < FAULTS) {
        field(line, "call", hang[hangs++]);
    } else if (!strncmp(line, "xid\t", 4) && xids < FAULTS) {
        Xid *x = &xid[xids++];
        field(line, "gpu", x->gpu);
        x->n = number(line, "n");
        x->code = number(line, "code");
    }
}

static void read_all(const char *path, int added) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return;
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        take(line, added);
    }
    fclose(file);
}

static int changed(const char *path, struct stat *known) {
    struct stat now;
    if (stat(path, &now) != 0) return 0;
    int same = now.st_ino == known->st_ino && now.st_size == known->st_size &&
               now.st_mtim.tv_nsec == known->st_mtim.tv_nsec &&
               now.st_mtim.tv_sec == known->st_mtim.tv_sec;
    *known = now;
    return !same;
}

/* Read the files again where one was replaced, or grew. */
static void refresh(void) {
    static struct stat known, known_added;
    const char *path = getenv("NVML_STUB_STATE");
    if (path == NULL) return;
    char beside[4096];
    snprintf(beside, sizeof beside, "%s.run", path);
    if (changed(path, &known) | changed(beside, &known_added)) {
        gpus = procs = faults = hangs = xids = 0;
        read_all(path, 0);
        read_all(beside, 1);
    }
}

static int stands_for(const char *pattern, const char *word) {
    return !strcmp(pattern, "*") || !strcmp(pattern, word);
}

static int hanging(const char *call) {
    for (int i = 0; i < hangs; i++)
        if (stands_for(hang[i], call)) return 1;
    return 0;
}

static Gpu *found(const char *uuid) {
    for (int i = 0; i < gpus; i++)
        if (!strcmp(gpu[i].uuid, uuid)) return &gpu[i];
    return NULL;
}

static int failing(const char *uuid, const char *call) {
    for (int i = 0; i < faults; i++)
        if (stands_for(fault[i].gpu, uuid) && stands_for(fault[i].call, call))
            return fault[i].code;
    return 0;
}
