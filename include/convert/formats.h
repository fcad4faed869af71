/* formats: the converters, one per format. Each fills a draft; what it cannot take becomes a problem of the draft. */
#ifndef CONVERT_FORMATS_H
#define CONVERT_FORMATS_H

#include "convert/convert.h"
#include "convert/draft.h"
#include "convert/source.h"
#include "convert/yaml_node.h"

/* What a conversion holds until its text is printed: places borrow the paths of the sources. */
struct conversion {
    const struct source *source;
    const char *formation; /* may be NULL */
    struct draft draft;
    struct source **extra; /* owned: files that the source included */
    size_t extra_count;
};

/* Read another file for this conversion; it lives as long. NULL with a problem. */
const struct source *conversion_read(struct conversion *c, const char *path);

void taskmaster_convert(struct conversion *c, const struct yaml_node *root);
void magistrate_convert(struct conversion *c, const struct yaml_node *root);
void supervisord_convert(struct conversion *c);
void procfile_convert(struct conversion *c);

#endif
