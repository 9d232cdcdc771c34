# The steps of .ci/run: bash .ci/steps.sh NAME runs one, from the repository's root.
set -euo pipefail

# fail MESSAGE...: ends the step.
fail() {
	echo "$*"
	exit 1
}

# packages installs what tests need and the machine lacks.
packages() {
	local wanted missing=() p
	wanted=$(grep -o '^[^ #]*' .ci/packages)
	for p in $wanted; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null) == installed ]] || missing+=("$p")
	done
	if ((${#missing[@]} == 0)); then
		echo "all installed:" $wanted
		return
	fi
	echo "missing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	timeout --kill-after=10 300 apt-get -q -o Acquire::Retries=3 update || fail "apt-get update failed ($?)"
	timeout --kill-after=10 500 apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "${missing[@]}" ||
		fail "apt-get install failed ($?)"
	for p in "${missing[@]}"; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$p") == installed ]] || fail "$p is still not installed"
	done
}

# headers unpacks the newest uapi headers into $NLGEN_UAPI_HEADERS, for tests that hold schemas against them.
headers() {
	[[ ! -e $NLGEN_UAPI_HEADERS/usr/include/linux/netlink.h ]] || {
		echo "already there: $NLGEN_UAPI_HEADERS"
		return
	}
	local dir package
	dir=$(mktemp -d)
	package=$(bash tools/uapifacts/fetch.sh "$dir") || fail "cannot fetch linux-libc-dev of unstable"
	mkdir -p "$NLGEN_UAPI_HEADERS"
	dpkg -x "$package" "$NLGEN_UAPI_HEADERS"
	rm -r "$dir"
}

# kernel checks that rtnetlink answers: after some kernel faults every request hangs for ever, and with it
# each live test.
kernel() {
	((EUID == 0)) || fail "live tests need root"
	uname -sr
	# bash between timeout and ip: a stuck ip cannot be killed, and timeout waits for its own child.
	timeout --kill-after=1 10 bash -c 'ip link show lo >/dev/null 2>&1 </dev/null; exit $?' ||
		fail "rtnetlink does not answer \`ip link show lo\` within 10 s: this machine's kernel is broken, start it anew"
	timeout --kill-after=1 20 bash -c 'unshare -n ip link set lo up >/dev/null 2>&1 </dev/null; exit $?' ||
		fail "no network namespace can be made and used"
}

format() {
	local bad
	bad=$(git ls-files -z -- '*.go' | xargs -0 gofmt -l)
	[[ -z $bad ]] || fail "gofmt would change:"$'\n'"$bad"
}

# modules checks that go.mod and go.sum say what the code imports.
modules() {
	go version
	go mod tidy -diff
	go mod verify
}

build() {
	go build ./...
}

vet() {
	go vet ./...
}

# modules_all lists the folders of this repository's modules, the main one first.
modules_all() {
	git ls-files -- go.mod '*/go.mod' | grep -v '/testdata/' | xargs -n 1 dirname | sort
}

# lint runs the staticcheck that tools/go.mod pins over every module.
lint() {
	local bin dir
	bin=$(mktemp -d)
	go -C tools build -o "$bin/staticcheck" honnef.co/go/tools/cmd/staticcheck
	for dir in $(modules_all); do
		(cd "$dir" && "$bin/staticcheck" ./...) || fail "staticcheck of $dir failed"
	done
	rm -r "$bin"
}

# generate checks that the committed output is what the compiler writes.
generate() {
	local new
	go generate ./...
	go -C bench generate ./...
	git diff --exit-code || fail "go generate changed committed files"
	new=$(git ls-files --others --exclude-standard -- generated bench)
	[[ -z $new ]] || fail "go generate wrote files that are not committed:"$'\n'"$new"
}

# tests runs everything once.
tests() {
	go test -race -timeout 15m ./...
}

# other_modules vets and tests the modules beside the main one.
other_modules() {
	local dir
	for dir in $(modules_all); do
		[[ $dir != . ]] || continue
		echo "-- $dir"
		go -C "$dir" vet ./... || fail "go vet of $dir failed"
		go -C "$dir" test -timeout 5m ./... || fail "go test of $dir failed"
	done
	# Not to measure: that the comparison still runs.
	timeout --kill-after=10 60 go -C bench run . -routes 2000 -links 20 -batch 1000 -rules 500 -connections 500,1000 \
		-events 20000 -many 20000 -runs 1 >/dev/null || fail "the benchmark does not run"
}

# The codec: what must be right whatever the machine's word size and byte order. Examples are left out: some
# ask the kernel, and QEMU does not translate netlink.
codec=(-short -vet=off -timeout 6m -skip '^Example' ./runtime/wire/... ./generated/...)

# arch_386 runs natively where the kernel takes 32-bit programs. QEMU's 386 needs the Go runtime to send no
# signals to its own threads.
arch_386() {
	local dir how=()
	dir=$(mktemp -d)
	printf 'package main\n\nfunc main() {}\n' >"$dir/main.go"
	CGO_ENABLED=0 GOARCH=386 go build -o "$dir/main" "$dir/main.go"
	if ! "$dir/main" 2>/dev/null; then
		echo "this kernel runs no 32-bit programs: with qemu-i386 instead"
		how=(-exec "env GODEBUG=asyncpreemptoff=1 qemu-i386")
	fi
	rm -r "$dir"
	CGO_ENABLED=0 GOARCH=386 go test "${how[@]}" "${codec[@]}" \
		./cmd/nlgen/internal/ir/... ./cmd/nlgen/internal/gogen/...
}

arch_s390x() {
	CGO_ENABLED=0 GOARCH=s390x go test -exec qemu-s390x "${codec[@]}"
}

arch_arm64() {
	CGO_ENABLED=0 GOARCH=arm64 go test -exec qemu-aarch64 "${codec[@]}"
}

# other_systems builds where there is no netlink, since messages are of use there too.
other_systems() {
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build ./...
}

# fuzz gives six targets ten seconds each; the day says which, so that all have their turn.
fuzz() {
	local list targets=() names=() line name package
	list=$(go test -vet=off -list '^Fuzz' ./...) || fail "cannot list fuzz targets:"$'\n'"$list"
	while read -r line; do
		case $line in
		Fuzz*) names+=("$line") ;;
		ok*)
			package=$(awk '{print $2}' <<<"$line")
			for name in "${names[@]}"; do
				targets+=("$package $name")
			done
			names=()
			;;
		esac
	done <<<"$list"
	((${#targets[@]} > 0)) || fail "no fuzz targets found"
	local each=6 first i failed=0
	((${#targets[@]} > each)) || each=${#targets[@]}
	first=$(($(date +%s) / 86400 * each % ${#targets[@]}))
	echo "${#targets[@]} targets, $each of them today"
	for ((i = first; i < first + each; i++)); do
		read -r package name <<<"${targets[i % ${#targets[@]}]}"
		echo "-- $package $name"
		fuzz_one "$package" "$name" || failed=$((failed + 1))
	done
	((failed == 0)) || {
		echo "inputs that failed:"
		git ls-files --others -z -- '*testdata/fuzz/*' | xargs -0 -r tail --verbose --lines=+1
		fail "$failed fuzz targets failed"
	}
}

# fuzz_one PACKAGE TARGET: fuzzes for ten seconds. At the end of that time go test may report its own deadline
# as a failure; without a failing input it is none.
fuzz_one() {
	local output status=0
	output=$(mktemp)
	go test -run '^$' -fuzz "^$2\$" -fuzztime 10s -fuzzminimizetime 5x -timeout 2m "$1" 2>&1 | tee "$output" || status=$?
	if ((status != 0)) && grep -q 'context deadline exceeded' "$output" && ! grep -qE 'Failing input|panic:|_test\.go:' "$output"; then
		echo "only the time ran out"
		status=0
	fi
	rm "$output"
	return "$status"
}

"$1"
