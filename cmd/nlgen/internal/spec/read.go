package spec

import (
	"math"
	"os"

	"gopkg.in/yaml.v3"
)

// Load reads, numbers and checks a schema file. The problems come sorted by position; the file is nil if
// it cannot be understood at all. A file without a problem of severity Error is fit for compiling.
func Load(path string) (*File, []Diagnostic) {
	data, err := os.ReadFile(path)
	if err != nil {
		rep := &report{path: path}
		rep.add(Pos{}, RuleReadFile, "%v", err)
		return nil, rep.sorted()
	}
	return Parse(path, data)
}

// Parse does what Load does with text that has been read already. The path is for the diagnostics.
func Parse(path string, data []byte) (*File, []Diagnostic) {
	rep := &report{path: path}
	root := document(data, rep)
	if root == nil {
		return nil, rep.sorted()
	}
	r := &reader{report: rep, level: everywhere, suggest: newSuggester(), left: len(data) + aliasRoom}
	f := r.file(root)
	if f == nil {
		return nil, rep.sorted()
	}
	f.Path = path
	n := &numberer{report: rep, index: newIndex(f), suggest: r.suggest}
	n.file(f)
	newChecker(n, f, r.level).file()
	return f, rep.sorted()
}

// aliasRoom is how many nodes a file may have beyond its size, through aliases. The kernel's largest
// schema has about 30,000 in all.
const aliasRoom = 250_000

func (r *reader) file(root *yaml.Node) *File {
	r.level = fileLevel(root)
	f := r.object(root, fileKeys)
	if f == nil {
		return nil
	}
	r.extension(root, f)
	file := &File{
		Name:         f.name(strictName),
		Doc:          f.text("doc"),
		Protocol:     f.word("protocol", protocols, RuleUnknownValue),
		Protonum:     f.numberIn("protonum", 0, 31, RuleNumberRange, "the netlink protocol number"),
		Version:      f.numberIn("version", 1, math.MaxUint8, RuleNumberRange, "the family version"),
		UAPIHeader:   f.text("uapi-header"),
		CFamilyName:  f.text("c-family-name"),
		CVersionName: f.text("c-version-name"),
		CmdMaxName:   f.text("cmd-max-name"),
		CmdCntName:   f.text("cmd-cnt-name"),
		KernelPolicy: f.word("kernel-policy", kernelPolicies, RuleUnknownValue),
		MaxByDefine:  f.boolean("max-by-define"),
	}
	if k := f.object("kernel-family", kernelFamilyKeys); k != nil {
		k.texts("headers")
		k.text("sock-priv")
	}
	if r.level == atRaw && f.missing("protonum") {
		r.add(f.pos, RuleMissingProtonum, "a netlink-raw family must say its protocol number (protonum)")
	}
	if r.level&generic == r.level && len(file.Name.V) > maxGenericName {
		r.add(file.Name.Pos, RuleNameTooLong, "family name %q has more than %d characters", file.Name.V, maxGenericName)
	}
	if f.noDoc(file.Doc) {
		r.add(f.pos, RuleMissingDoc, "the family has no description (doc)")
	}
	file.Definitions = each(r, f, "definitions", (*reader).definition)
	file.Sets = each(r, f, "attribute-sets", (*reader).set)
	file.SubMessages = each(r, f, "sub-messages", (*reader).subMessage)
	r.operations(f, &file.Operations)
	if g := f.object("mcast-groups", groupsKeys); g != nil {
		file.Groups = each(r, g, "list", (*reader).group)
	}
	return file
}

// maxGenericName is how long the kernel lets names of families and groups be (GENL_NAMSIZ less the NUL).
const maxGenericName = 15

// fileLevel looks for the level before anything else, because all keys depend on it.
func fileLevel(root *yaml.Node) levels {
	if root.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value == "protocol" {
				val := root.Content[i+1]
				if val.Kind == yaml.AliasNode {
					val = val.Alias
				}
				return levelOf(Protocol(val.Value))
			}
		}
	}
	return atGenetlink
}

// each reads the elements of the list under a key; those that cannot be read are left out.
func each[T any](r *reader, f *fields, key string, read func(*reader, *yaml.Node) *T) []*T {
	nodes, ok := f.list(key)
	if !ok {
		return nil
	}
	all := make([]*T, 0, len(nodes))
	for _, n := range nodes {
		if r.left <= 0 {
			break
		}
		if v := read(r, n); v != nil {
			all = append(all, v)
		}
	}
	return all
}

// noDoc reports whether a description is missing or empty.
func (f *fields) noDoc(doc Value[string]) bool {
	return f.missing("doc") || doc.Set() && doc.V == ""
}

func (r *reader) group(n *yaml.Node) *Group {
	f := r.object(n, groupKeys)
	if f == nil {
		return nil
	}
	g := &Group{
		Pos:         f.pos,
		Name:        f.name(strictName),
		Value:       f.numberIn("value", 1, math.MaxUint32, RuleNumberRange, "a multicast group's number"),
		CDefineName: f.text("c-define-name"),
		Flags:       f.words("flags", opFlags),
	}
	if r.level&generic == r.level && len(g.Name.V) > maxGenericName {
		r.add(g.Name.Pos, RuleNameTooLong, "group name %q has more than %d characters", g.Name.V, maxGenericName)
	}
	if r.level == atRaw && f.missing("value") {
		r.hint(g.Pos, RuleGroupWithoutNumber, "add value", "group %q of a raw family has no number, so that nobody can join it", g.Name.V)
	}
	return g
}
