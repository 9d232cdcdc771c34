package verify
import ("testing";"os")
func TestTmp(t *testing.T){
 args := []string{"--unmatched"}
 if os.Getenv("H") != "" { args = append(args, "--headers", os.Getenv("H")) }
 if os.Getenv("S") != "" { args = append(args, os.Getenv("S")) }
 t.Log(Run(args, os.Stdout, os.Stderr))
}
