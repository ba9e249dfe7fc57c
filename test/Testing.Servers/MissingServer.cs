using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>What a test does when the server it needs cannot be had.</summary>
public static class MissingServer
{
    /// <summary>Skips the test and says how to get the server; with <c>CI=true</c> fails it:
    /// there it must be there.</summary>
    public static void SkipOrFail(string what, string how) => Assert.Skip(Reason(what, how));

    /// <inheritdoc cref="SkipOrFail(string, string)"/>
    /// <param name="reason">Said by whoever looked for it.</param>
    public static void SkipOrFail(string reason)
    {
        FailInCi(reason);
        Assert.Skip(reason);
    }

    /// <summary>The reason for a skip; with <c>CI=true</c> the test fails instead.</summary>
    public static string Reason(string what, string how)
    {
        var reason = $"{what} is not here. {how}";
        FailInCi(reason);
        return reason;
    }

    private static void FailInCi(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
    }
}
