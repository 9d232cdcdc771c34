package spec

// The rules, by what they look at. Their names are stable: scripts and suppressions may rely on them.
const (
	// RuleReadFile: the file cannot be read.
	RuleReadFile = "read-file"
	// RuleYAMLSyntax: the text is no YAML, or not one document with a mapping at its top.
	RuleYAMLSyntax = "yaml-syntax"
	// RuleMergeKey: a `<<` key. The kernel's tools do not promise them; write the keys out or alias a list.
	RuleMergeKey = "merge-key"
	// RuleDuplicateKey: a key stands twice in one mapping.
	RuleDuplicateKey = "duplicate-key"
	// RuleAliasLimit: aliases repeat more text than any schema needs.
	RuleAliasLimit = "alias-limit"

	// RuleUnknownKey: no level of the language has this key here.
	RuleUnknownKey = "unknown-key"
	// RuleLevel: the key or value exists, but at another level of the language.
	RuleLevel = "level"
	// RuleWrongType: a text where a number must be, a list where a mapping must be, and so on.
	RuleWrongType = "wrong-type"
	// RuleUnknownValue: the key takes one of a few words, and this is none of them.
	RuleUnknownValue = "unknown-value"
	// RuleUnknownType: no such type of attribute, member or definition.
	RuleUnknownType = "unknown-type"
	// RuleMissingKey: a key that must be there is not.
	RuleMissingKey = "missing-key"
	// RuleMissingProtonum: a raw family does not say which netlink protocol it speaks.
	RuleMissingProtonum = "missing-protonum"
	// RuleMissingDoc: a family or an operation without a description.
	RuleMissingDoc = "missing-doc"
	// RuleMisplacedKey: the key exists here, but not together with this type.
	RuleMisplacedKey = "misplaced-key"
	// RuleNamePattern: a name with characters that the level does not allow, or without a letter or digit.
	RuleNamePattern = "name-pattern"
	// RuleNameTooLong: a name that generic netlink has no room for.
	RuleNameTooLong = "name-too-long"
	// RuleNumberRange: a version, protocol or group number that netlink cannot carry.
	RuleNumberRange = "number-range"

	// RuleUnknownConstant: a length or limit names a constant that is not defined.
	RuleUnknownConstant = "unknown-constant"
	// RuleWrongKind: a reference to a definition of another kind, such as `enum:` naming a struct.
	RuleWrongKind = "wrong-kind"
	// RuleMemberLength: a struct member without a length, or with one that cannot be.
	RuleMemberLength = "member-length"
	// RuleAttrNumber: an attribute number outside 0 to 16383.
	RuleAttrNumber = "attribute-number"
	// RuleOpNumber: an operation number that the message header has no room for.
	RuleOpNumber = "operation-number"
)

// warnings are the rules that do not keep a file from being compiled.
var warnings = map[string]bool{
	RuleMissingDoc: true,
}

// RuleSeverity returns the severity of a rule's findings. Each rule has one.
func RuleSeverity(rule string) Severity {
	if warnings[rule] {
		return Warning
	}
	return Error
}
