using Tessera.Users.Texts;

namespace Tessera.Users;

/// <summary>What a scope means to a person who is asked for it.</summary>
internal static class ScopeWords
{
    public static string Of(string scope, Words words) =>
        words.TryGet("scope." + scope) ?? words.Format("scope", scope);
}
