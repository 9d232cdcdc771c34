package nl

// A Table describes a table of the kernel to [Watch]: what lists its objects, which notifications tell of changes, and
// what tells one object from another. Generated packages hold one for each dump whose schema has a key.
type Table struct {
	List    *Op // the dump
	Groups  []GroupRef
	New     []uint16 // message types, or commands of a generic family, that tell of an object that is new or changed
	Deleted []uint16 // the same, of an object that is gone
	Keys    []TableKey
}

// A TableKey says what identifies some of a table's objects.
type TableKey struct {
	// When is the member of the fixed header, of 1, 2 or 4 bytes in the machine's order, whose Values the key is for.
	// Without Values it is for all objects. An object belongs to the first key that is for it; objects that no key is
	// for are not in the table.
	When   Part
	Values []uint32
	// Asked restricts the key to watches whose request carries one of the Values itself: a request that leaves the
	// member 0 lists no such objects.
	Asked bool
	// Parts are what identifies an object, besides the Values.
	Parts []Part
	// Filters are what else a request may restrict the table to. All parts of the key are filters, too.
	Filters []Part
	// Shared says that several objects may have the same key.
	Shared bool
	// Steady says that the dump, after a pause, goes on at the object where it was, and that it would not miss others
	// if some came or went in the pause. Most dumps of the kernel count objects instead, and miss one for each that
	// went: if any did, the table has to be listed again.
	Steady bool
	// Relist are the numbers of the groups after whose messages objects may be gone or changed without a notification.
	Relist []uint32
}

// A Part is a piece of a message: bytes of the fixed header, or the payload of an attribute at the top level.
type Part struct {
	Offset, Size int    // in the fixed header, where Size is not 0
	Attr         uint16 // else the attribute's type
	Else         uint16 // type of the attribute that stands for it where it is absent, 0 for none
}
