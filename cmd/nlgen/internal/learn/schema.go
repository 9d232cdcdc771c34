package learn

import "slices"

// A schema is what has been learned, ready to be written.
type schema struct {
	notes             []string // comments at the top
	name, doc         string
	guess             string // why the name is a guess
	classic           bool   // no generic family: attributes of some other protocol
	protonum          int    // of a classic one
	protocol          string // its name in C
	version           int    // 0 where unknown
	header            string // uapi header
	cFamily, cVersion string
	defs              []*definition
	sets              []*set
	opPrefix, opEnum  string
	directional       bool
	fixedHeader       string
	ops               []*op
	opNotes           []string // comments above the list
	groups            []group
	usedDefs          naming
	usedSets          naming
	usedOps           naming
	setOf             map[*cEnum]*set
	defOf             map[string]*definition // by the tag in C
}

func newSchema(name string) *schema {
	return &schema{
		name: name, usedDefs: naming{}, usedSets: naming{}, usedOps: naming{},
		setOf: map[*cEnum]*set{}, defOf: map[string]*definition{},
	}
}

// A definition is a constant, an enum, a flag set or a struct.
type definition struct {
	name, kind string
	guess      string
	prefix     *string // nil: the schema language's own
	tag        *string // of an enum: empty for an anonymous one
	value      string  // of a constant
	entries    []entry
	members    []member
	notes      []string
}

type entry struct {
	name  string
	value int64 // of flags: the bit
}

type member struct {
	name, typ, order, hint, structs string
	length                          int
	note                            string
}

// A set is an attribute set.
type set struct {
	name, prefix string // prefix is empty where names are made up
	tag          string
	guess        string
	notes        []string
	attrs        []*attr
}

// An attr is an attribute. guess says what of it is a guess, and why.
type attr struct {
	name, cName                string
	id                         int
	typ, subType, nested       string
	enum, structs, order, hint string
	checks                     []pair
	guess                      string
	note                       string
}

// attr returns the attribute of a number, or nil.
func (s *set) attr(id int) *attr {
	i := slices.IndexFunc(s.attrs, func(a *attr) bool { return a.id == id })
	if i < 0 {
		return nil
	}
	return s.attrs[i]
}

// names lists the attributes that carry something.
func (s *set) names() []string {
	var all []string
	for _, a := range s.attrs {
		if a.typ != "pad" && a.typ != "unused" {
			all = append(all, a.name)
		}
	}
	return all
}

// An op is an operation.
type op struct {
	name     string
	value    int
	set      string
	flags    []string
	do, dump *mode
	event    []string // of what the kernel sends on its own
	group    string   // that it goes to
	note     string
}

// A mode is the do or the dump of an operation. A nil list stands for nothing.
type mode struct {
	request, reply           []string
	replyValue               int // where it differs from the request's; 0: the same
	hasReply                 bool
	requestGuess, replyGuess string
}

type group struct{ name, define string }

// A pair is a key with its value as it stands in YAML.
type pair struct{ key, value string }
