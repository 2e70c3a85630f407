module underspan.test/front

go 1.19
