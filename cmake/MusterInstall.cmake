# filled by the package step
