SELECT name, schema, owner, grants, comment, arguments, returns, language, body, library, volatility, parallel,
    "security definer", strict, leakproof, cost, rows, "support function", transforms, configuration,
    prokind = 'w' AS "window"
FROM routine WHERE prokind IN ('f', 'w')
