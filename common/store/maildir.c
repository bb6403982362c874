/* SPDX-License-Identifier: ISC */
/*
 * The folder of D. J. Bernstein's Maildir. Names are time, process, a count of
 * this process and the host, so that no two are the same, whoever delivers
 * into it. The messages of a group are waited for together, so that a group
 * costs little more than one.
 */
#include "store/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/folder.h"
#include "sys/clock.h"
#include "sys/disk.h"

enum {
	HOST_MOST = 255,
	STALE_S = 36 * 60 * 60, /* what in tmp is older was given up */
};

/* The name of this host with what no file name may hold, and what the rules of
 * the Maildir keep for themselves, written as \ooo. */
static char *
host_name(void)
{
	char host[HOST_MOST + 1] = "";
	struct buf b = {0};
	char *name;

	if (gethostname(host, HOST_MOST) != 0 || host[0] == '\0')
		strcpy(host, "localhost");
	for (const char *p = host; *p != '\0'; p++) {
		if (*p == '/' || *p == ':')
			buf_addf(&b, "\\%03o", (unsigned)*p);
		else
			buf_add_byte(&b, (uint8_t)*p);
	}
	name = mem_strdup(buf_cstr(&b));
	buf_free(&b);
	return name;
}

static bool
make(const char *folder, const char *name)
{
	char *path = folder_path(folder, name);
	bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
	int err = errno;

	free(path);
	errno = err;
	return good;
}

/* Takes away what a crash left in tmp. */
static void
sweep(const char *path)
{
	char *tmp = folder_path(path, "tmp");
	DIR *dir = opendir(tmp);
	time_t now = clock_now().tv_sec;
	struct dirent *e;
	struct stat st;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < now - STALE_S)
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	free(tmp);
}

bool
maildir_open(struct maildir *m, const char *path, struct buf *why)
{
	*m = (struct maildir){0};
	if (!folder_make(path) || !make(path, "tmp") || !make(path, "new") ||
	    !make(path, "cur") || !folder_sync(path)) {
		buf_addf(why, "%s: %s", path, strerror(errno));
		return false;
	}
	sweep(path);
	m->path = mem_strdup(path);
	m->host = host_name();
	return true;
}

void
maildir_close(struct maildir *m)
{
	free(m->path);
	free(m->host);
	*m = (struct maildir){0};
}

/* Messages */

static char *
path_in(const struct maildir *m, const char *sub, const char *name)
{
	struct buf b = {0};
	char *path;

	buf_addf(&b, "%s/%s/%s", m->path, sub, name);
	path = mem_strdup(buf_cstr(&b));
	buf_free(&b);
	return path;
}

void
maildir_release(struct maildir_file *f)
{
	if (f->name == NULL)
		return;
	if (f->fd != -1)
		close(f->fd);
	free(f->name);
	free(f->tmp);
	free(f->final);
	*f = (struct maildir_file){.fd = -1};
}

bool
maildir_begin(struct maildir *m, struct maildir_file *f)
{
	struct timespec now = clock_now();
	struct buf name = {0};
	int err;

	*f = (struct maildir_file){.fd = -1};
	buf_addf(&name, "%lld.M%06ldP%ldQ%llu.%s", (long long)now.tv_sec,
	    now.tv_nsec / 1000, (long)getpid(), (unsigned long long)++m->count,
	    m->host);
	f->name = mem_strdup(buf_cstr(&name));
	buf_free(&name);
	f->tmp = path_in(m, "tmp", f->name);
	f->final = path_in(m, "new", f->name);
	f->fd = open(
	    f->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd != -1)
		return true;
	err = errno;
	maildir_release(f);
	errno = err;
	return false;
}

bool
maildir_write(struct maildir_file *f, struct span s)
{
	ssize_t n;

	for (; s.n > 0; s = span_skip(s, (size_t)n)) {
		n = write(f->fd, s.p, s.n);
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
		f->size += (uint64_t)n;
	}
	return true;
}

void
maildir_drop(struct maildir_file *f)
{
	if (f->name == NULL)
		return;
	unlink(f->kept ? f->final : f->tmp);
	maildir_release(f);
}

/* Back to tmp, as the group is not kept. */
static void
take_back(struct maildir_file *f)
{
	if (f->kept && rename(f->final, f->tmp) == 0)
		f->kept = false;
}

bool
maildir_keep(
    const struct maildir *m, struct maildir_file *const *files, size_t n)
{
	char *folder = folder_path(m->path, "new");
	int *fds = mem_array(n, sizeof(*fds)), err;
	bool good;

	for (size_t i = 0; i < n; i++)
		fds[i] = files[i]->fd;
	good = disk_sync_files(fds, n);
	for (size_t i = 0; i < n && good; i++)
		good = files[i]->kept =
		    rename(files[i]->tmp, files[i]->final) == 0;
	good = good && folder_sync(folder);
	err = errno;
	for (size_t i = 0; i < n && !good; i++)
		take_back(files[i]);
	free(fds);
	free(folder);
	errno = err;
	return good;
}

bool
maildir_map(const struct maildir_file *f, struct span *octets)
{
	void *p;

	*octets = (struct span){0};
	if (f->size == 0)
		return true;
	p = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, f->fd, 0);
	if (p == MAP_FAILED)
		return false;
	*octets = span_of(p, f->size);
	return true;
}

void
maildir_unmap(struct span octets)
{
	/* mmap took no const, munmap takes none */
	union {
		const void *in;
		void *out;
	} p = {octets.p};

	if (octets.n > 0)
		munmap(p.out, octets.n);
}
