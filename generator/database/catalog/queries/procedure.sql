SELECT name, schema, owner, grants, comment, arguments, language, body, library, "security definer", transforms,
    configuration
FROM routine WHERE prokind = 'p'
