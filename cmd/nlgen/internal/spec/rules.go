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

	// RuleUnknownSet: a reference to an attribute set that is not there.
	RuleUnknownSet = "unknown-set"
	// RuleUnknownEnum: a reference to an enum or flag set that is not there.
	RuleUnknownEnum = "unknown-enum"
	// RuleUnknownStruct: a reference to a struct that is not there, from an attribute, a member or a fixed header.
	RuleUnknownStruct = "unknown-struct"
	// RuleUnknownConstant: a length or limit names a constant that is not defined.
	RuleUnknownConstant = "unknown-constant"
	// RuleUnknownSubMessage: a reference to a sub-message that is not there.
	RuleUnknownSubMessage = "unknown-sub-message"
	// RuleUnknownSelector: a selector names nothing that stands inside or around the sub-message.
	RuleUnknownSelector = "unknown-selector"
	// RuleUnknownAttr: a request, reply or event lists an attribute that its set does not have.
	RuleUnknownAttr = "unknown-attribute"
	// RuleUnknownSubsetMember: a subset lists an attribute that the whole set does not have.
	RuleUnknownSubsetMember = "unknown-subset-member"
	// RuleUnknownOp: `notify:` names an operation that is not there.
	RuleUnknownOp = "unknown-operation"
	// RuleUnknownGroup: `mcgrp:` names a multicast group that is not there.
	RuleUnknownGroup = "unknown-group"
	// RuleWrongKind: a reference to a definition of another kind, such as `enum:` naming a struct.
	RuleWrongKind = "wrong-kind"

	// RuleDuplicateDefinition: two definitions with one name.
	RuleDuplicateDefinition = "duplicate-definition"
	// RuleDuplicateEntry: two entries of an enum or flag set with one name.
	RuleDuplicateEntry = "duplicate-entry"
	// RuleDuplicateEntryValue: two entries of an enum or flag set with one value.
	RuleDuplicateEntryValue = "duplicate-entry-value"
	// RuleDuplicateMember: two struct members, other than padding, with one name.
	RuleDuplicateMember = "duplicate-member"
	// RuleDuplicateSet: two attribute sets with one name.
	RuleDuplicateSet = "duplicate-set"
	// RuleDuplicateAttr: two attributes of a set with one name.
	RuleDuplicateAttr = "duplicate-attribute"
	// RuleDuplicateAttrNumber: two attributes of a set with one number.
	RuleDuplicateAttrNumber = "duplicate-attribute-number"
	// RuleDuplicateSubMessage: two sub-messages with one name.
	RuleDuplicateSubMessage = "duplicate-sub-message"
	// RuleDuplicateFormat: two formats of a sub-message for one value.
	RuleDuplicateFormat = "duplicate-format"
	// RuleDuplicateOp: two operations with one name.
	RuleDuplicateOp = "duplicate-operation"
	// RuleDuplicateOpNumber: two commands of a generic netlink family with one number.
	RuleDuplicateOpNumber = "duplicate-operation-number"
	// RuleSharedOpNumber: two requests of a raw family, or two notifications, with one number.
	RuleSharedOpNumber = "shared-operation-number"
	// RuleDuplicateGroup: two multicast groups with one name.
	RuleDuplicateGroup = "duplicate-group"
	// RuleDuplicateInList: a subset, or the list of a message, names an attribute twice.
	RuleDuplicateInList = "duplicate-in-list"

	// RuleEntryValue: an enum value that does not fit 64 bits.
	RuleEntryValue = "entry-value"
	// RuleFlagBit: a flag's bit over 63, or over the width of the type that carries it.
	RuleFlagBit = "flag-bit"
	// RuleEnumType: an enum on a type that is no integer.
	RuleEnumType = "enum-type"
	// RuleEnumWidth: an enum value that does not fit the type that carries it.
	RuleEnumWidth = "enum-width"
	// RuleRedundantFlags: enum-as-flags on a flag set.
	RuleRedundantFlags = "redundant-enum-as-flags"
	// RuleMemberLength: a struct member without a length, or with one that cannot be.
	RuleMemberLength = "member-length"
	// RuleStructSize: a struct that is empty, or too large for an attribute.
	RuleStructSize = "struct-size"
	// RuleStructRecursion: a struct that holds itself.
	RuleStructRecursion = "struct-recursion"

	// RuleAttrNumber: an attribute number outside 0 to 16383.
	RuleAttrNumber = "attribute-number"
	// RuleSubsetForward: a subset stands before the set that it is part of.
	RuleSubsetForward = "subset-forward"
	// RuleSubsetOfSubset: a subset of a set that is a subset itself.
	RuleSubsetOfSubset = "subset-of-subset"
	// RuleSubsetNumber: a subset gives an attribute another number than the whole set does.
	RuleSubsetNumber = "subset-number"
	// RuleSubType: an array of something that arrays cannot hold.
	RuleSubType = "sub-type"
	// RuleNestWithoutSet: a nest without nested-attributes.
	RuleNestWithoutSet = "nest-without-set"
	// RuleMultiAttr: multi-attr on a type that cannot be a list.
	RuleMultiAttr = "multi-attr"
	// RuleTypeValue: type-value with more names than messages have levels.
	RuleTypeValue = "type-value"
	// RuleTypeValueIgnored: type-value on another type than nest-type-value.
	RuleTypeValueIgnored = "type-value-ignored"
	// RuleByteOrder: a byte order on a type that has none.
	RuleByteOrder = "byte-order"
	// RuleByteOrderIgnored: a byte order on bytes, where it changes nothing.
	RuleByteOrderIgnored = "byte-order-ignored"
	// RuleDisplayHint: a display hint on a type that it cannot be shown for.
	RuleDisplayHint = "display-hint"

	// RuleCheckType: a check on a type that it does not fit.
	RuleCheckType = "check-type"
	// RuleEmptyRange: limits that leave no value.
	RuleEmptyRange = "empty-range"
	// RuleRangeOutsideType: a limit that the type can never reach.
	RuleRangeOutsideType = "range-outside-type"

	// RuleSubMessageWithoutSelector: nothing says which format a sub-message has.
	RuleSubMessageWithoutSelector = "sub-message-without-selector"
	// RuleSelectorWithoutSubMessage: a selector where there is nothing to select.
	RuleSelectorWithoutSubMessage = "selector-without-sub-message"
	// RuleSelectorType: a selector that is neither a string nor an integer, or has several values.
	RuleSelectorType = "selector-type"
	// RuleFormatValue: a format value that its selector can never have.
	RuleFormatValue = "format-value"

	// RuleOpKind: an operation that is two things at once, or nothing.
	RuleOpKind = "operation-kind"
	// RuleOpWithoutSet: an operation that carries attributes, but does not say from which set.
	RuleOpWithoutSet = "operation-without-set"
	// RuleOpNumber: an operation number that the message header has no room for.
	RuleOpNumber = "operation-number"
	// RuleOpNumberIgnored: a number that the enum model gives no meaning to.
	RuleOpNumberIgnored = "operation-number-ignored"
	// RuleNotifyTarget: a notification of something that is no request.
	RuleNotifyTarget = "notify-target"
	// RuleNotifyWithoutReply: a notification of a request that has no reply.
	RuleNotifyWithoutReply = "notify-without-reply"
	// RuleDumpWithoutReply: a dump that returns nothing.
	RuleDumpWithoutReply = "dump-without-reply"
	// RuleGroupWithoutNumber: a multicast group of a raw family that nobody can join.
	RuleGroupWithoutNumber = "group-without-number"

	// RuleExtension: a key that only nlgen understands, in a file that does not begin with `nlgen: 1`; or that key
	// at another place, or with another value.
	RuleExtension = "extension"
	// RuleKeyWithoutDump: a key of an operation that lists nothing.
	RuleKeyWithoutDump = "key-without-dump"
	// RuleKeyWithoutNotification: a key of objects whose changes the kernel does not tell.
	RuleKeyWithoutNotification = "key-without-notification"
	// RuleUnknownMember: a key names a member that the fixed header does not have.
	RuleUnknownMember = "unknown-member"
	// RuleKeyPart: a key names an attribute or a member whose bytes do not identify an object.
	RuleKeyPart = "key-part"
	// RuleKeyValue: `when` has a value that its member can never have.
	RuleKeyValue = "key-value"
	// RuleKeyOverlap: two keys for the same objects.
	RuleKeyOverlap = "key-overlap"
	// RuleDuplicateInKey: a key says one thing twice.
	RuleDuplicateInKey = "duplicate-in-key"
	// RuleEmptyList: a list of a key that is empty.
	RuleEmptyList = "empty-list"

	// RuleUnusedDefinition: an enum, flag set or struct that nothing refers to.
	RuleUnusedDefinition = "unused-definition"
	// RuleUnusedSet: an attribute set that nothing refers to.
	RuleUnusedSet = "unused-set"
	// RuleUnusedSubMessage: a sub-message that nothing refers to.
	RuleUnusedSubMessage = "unused-sub-message"
)

// warnings are the rules that do not keep a file from being compiled.
var warnings = map[string]bool{
	RuleMissingDoc:         true,
	RuleSharedOpNumber:     true,
	RuleDuplicateInList:    true,
	RuleRedundantFlags:     true,
	RuleTypeValueIgnored:   true,
	RuleByteOrderIgnored:   true,
	RuleDisplayHint:        true,
	RuleOpNumberIgnored:    true,
	RuleNotifyWithoutReply: true,
	RuleDumpWithoutReply:   true,
	RuleGroupWithoutNumber: true,
	RuleUnusedDefinition:   true,
	RuleUnusedSet:          true,
	RuleUnusedSubMessage:   true,
}

// RuleSeverity returns the severity of a rule's findings. Each rule has one.
func RuleSeverity(rule string) Severity {
	if warnings[rule] {
		return Warning
	}
	return Error
}
