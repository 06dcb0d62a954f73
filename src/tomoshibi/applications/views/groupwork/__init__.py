"""What the browser reaches of group cases, by matter: counter, survey, contract, site, archive, findings, roles."""
