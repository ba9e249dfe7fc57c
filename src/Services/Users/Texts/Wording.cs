namespace Tessera.Users.Texts;

/// <summary>Something to say, before it is known in which language.</summary>
public sealed record Wording(string Key, params object[] Values);
