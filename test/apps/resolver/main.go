// Looks up the addresses of each name with Go's own resolver.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
)

func main() {
	resolver := &net.Resolver{PreferGo: true}
	for _, name := range os.Args[1:] {
		fmt.Println(resolver.LookupHost(context.Background(), name))
	}
}
