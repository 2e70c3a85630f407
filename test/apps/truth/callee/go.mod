module truth/callee

go 1.19
