// Preloaded by a test: every folder seems to lie on an NFS.
#include <string.h>
#include <sys/vfs.h>

int statfs(const char* path, struct statfs* status)
{
    (void)path;
    memset(status, 0, sizeof *status);
    status->f_type = 0x6969;
    return 0;
}

int statfs64(const char* path, struct statfs64* status) { return statfs(path, (struct statfs*)status); }
