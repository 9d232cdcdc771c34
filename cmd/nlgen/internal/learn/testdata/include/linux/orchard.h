/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ORCHARD_H
#define _LINUX_ORCHARD_H

#include <linux/types.h>
#include <linux/in.h>
#include <linux/in6.h>

#define ORCHARD_GENL_NAME	"orchard"
#define ORCHARD_GENL_VERSION	2
#define ORCHARD_MCGRP_HARVEST	"harvest"

#define ORCHARD_ROWS		(4 * 8)
#define ORCHARD_MOTTO		"an apple a day"
#define ORCHARD_GUARD
#define orchard_macro(x)	((x) + 1)
#define LADDER_MAX_RUNGS	12

#define ORCHARD_FLAG_WET	(1 << 0)
#define ORCHARD_FLAG_SHADED	(1 << 3)

enum orchard_kind {
	ORCHARD_KIND_APPLE = 1,
	ORCHARD_KIND_PEAR,
	ORCHARD_KIND_QUINCE = 9,
	ORCHARD_KIND_COYDONIA = ORCHARD_KIND_QUINCE,
	__ORCHARD_KIND_MAX,
};
#define ORCHARD_KIND_MAX (__ORCHARD_KIND_MAX - 1)

enum {
	ORCHARD_PEST_NONE = 0,
	ORCHARD_PEST_MOTH = 1,
	ORCHARD_PEST_APHID = 2,
	ORCHARD_PEST_CANKER = 8,
};

struct orchard_place {
	__be16 row;
	__u64 since;
	__u8 tag;
};

struct orchard_tree {
	struct orchard_place place;
	struct in6_addr sensor;
	struct in_addr gateway;
	unsigned int ripe:1, pruned:1;
	__s16 heights[3];
	char label[6];
	__u32 tail[];
};

struct orchard_packed {
	__u8 kind;
	__u32 weight;
} __attribute__((packed));

struct orchard_private {
	void *data;
};

enum {
	ORCHARD_CMD_UNSPEC,
	ORCHARD_CMD_TREE_GET,
	ORCHARD_CMD_TREE_PLANT,
	ORCHARD_CMD_TREE_FELL_ADD,
	__ORCHARD_CMD_MAX,
};

enum {
	ORCHARD_A_TREE_UNSPEC,
	ORCHARD_A_TREE_ID,		/* u32 */
	ORCHARD_A_TREE_KIND,		/* u8, enum orchard_kind */
	/* be16, the row */
	ORCHARD_A_TREE_ROW,
	ORCHARD_A_TREE_STATE,		/* struct orchard_tree */
	ORCHARD_A_TREE_FRUIT,		/* nested */
	ORCHARD_A_TREE_LABEL_NAME,
	ORCHARD_A_TREE_ADDR_IPV6,
	ORCHARD_A_TREE_PAD,
	ORCHARD_A_TREE_GATE,		/* struct in6_addr */
	ORCHARD_A_TREE_WEIGHT,		/* in grams */
	ORCHARD_A_TREE_OLD = ORCHARD_A_TREE_WEIGHT,
	__ORCHARD_A_TREE_MAX,
};

enum {
	ORCHARD_A_TREE_FRUIT_UNSPEC,
	/**
	 * @ORCHARD_A_TREE_FRUIT_COUNT: u64, how many
	 */
	ORCHARD_A_TREE_FRUIT_COUNT,
	ORCHARD_A_TREE_FRUIT_RIPE,	/* flag */
	__ORCHARD_A_TREE_FRUIT_MAX,
};

#endif
