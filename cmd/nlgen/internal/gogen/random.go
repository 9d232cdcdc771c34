package gogen

func (p *pkg) testFile() *file { return p.file() }
