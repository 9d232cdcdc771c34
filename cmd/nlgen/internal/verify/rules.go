package verify

import "github.com/nlgen/nlgen/cmd/nlgen/internal/spec"

// Note marks a difference that makes a schema neither right nor wrong: one of the two sides is newer, or
// says more than the other.
const Note spec.Severity = "note"

// The rules. Their names are stable: scripts may rely on them.
const (
	// RuleAttributeID: the kernel knows an attribute under another number.
	RuleAttributeID = "attribute-id"
	// RuleEnumValue: the kernel has another value under an entry's name.
	RuleEnumValue = "enum-value"
	// RuleConstantValue: the kernel has another value for a constant.
	RuleConstantValue = "constant-value"
	// RuleOperationID: the kernel has another number for a request, an answer or a notification.
	RuleOperationID = "operation-id"
	// RuleGroupID: the kernel has another number for a multicast group of a raw family.
	RuleGroupID = "group-id"
	// RuleStructSize: the kernel's struct has another size.
	RuleStructSize = "struct-size"
	// RuleMemberOffset: the kernel has a member at another place.
	RuleMemberOffset = "member-offset"
	// RuleMemberWidth: the kernel's member has another size.
	RuleMemberWidth = "member-width"
	// RuleUnwrittenPadding: C leaves a hole that the schema, whose structs are packed, does not write as a pad.
	// nlgen leaves it too, other tools read what follows at the wrong place.
	RuleUnwrittenPadding = "unwritten-padding"

	// RuleFamilyVersion: the kernel registers the generic family with another version.
	RuleFamilyVersion = "family-version"
	// RuleHeaderSize: the family's fixed header has another size.
	RuleHeaderSize = "header-size"
	// RuleOperationMode: the kernel has the operation, but not its do or its dump.
	RuleOperationMode = "operation-mode"
	// RuleOperationPermission: the schema wants a privilege that the kernel does not want.
	RuleOperationPermission = "operation-permission"
	// RuleGroupName: the family has no multicast group of this name, but has one that the schema does not name.
	RuleGroupName = "group-name"
	// RuleRefusedAttribute: a request lists an attribute that the operation's policy does not take.
	RuleRefusedAttribute = "refused-attribute"
	// RuleAttributeType: the policy has another type for the attribute.
	RuleAttributeType = "attribute-type"
	// RuleAttributeRange: the schema states limits of a number that are not the policy's.
	RuleAttributeRange = "attribute-range"
	// RuleAttributeLength: the schema states a length that is not the policy's.
	RuleAttributeLength = "attribute-length"
	// RuleAttributeMask: the schema states a mask of bits that is not the policy's.
	RuleAttributeMask = "attribute-mask"

	// RuleNewerInSchema (note): the kernel does not have it, and has nothing else in its place.
	RuleNewerInSchema = "newer-in-schema"
	// RuleOtherName (note): the kernel has the number under a name that the schema does not have.
	RuleOtherName = "other-name"
	// RuleMissingInSchema (note): the kernel has it, the schema does not.
	RuleMissingInSchema = "missing-in-schema"
	// RuleUnlistedAttribute (note): the operation's policy takes an attribute that the request does not list. A
	// policy that several operations share may take more than one of them uses.
	RuleUnlistedAttribute = "unlisted-attribute"
	// RuleUnstatedLimit (note): the policy limits a payload in a way that the schema does not state.
	RuleUnstatedLimit = "unstated-limit"
	// RuleUnstatedPermission (note): the kernel wants another privilege than the schema states, or any at all.
	RuleUnstatedPermission = "unstated-permission"
	// RuleNotOffered (note): this kernel's family lacks the operation or the multicast group.
	RuleNotOffered = "not-offered"
)

var notes = map[string]bool{
	RuleNewerInSchema:      true,
	RuleOtherName:          true,
	RuleMissingInSchema:    true,
	RuleUnlistedAttribute:  true,
	RuleUnstatedLimit:      true,
	RuleUnstatedPermission: true,
	RuleNotOffered:         true,
}

// severity says what a rule's differences mean.
func severity(rule string) spec.Severity {
	if notes[rule] {
		return Note
	}
	return spec.Error
}
