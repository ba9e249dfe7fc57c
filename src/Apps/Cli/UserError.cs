namespace Tessera.Cli;

/// <summary>Something the person at the keyboard can put right: shown as one line, without a stack trace.</summary>
internal sealed class UserError(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command ran and the answer is no: an invariant is broken, a test failed,
    /// an order was not placed.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Tessera does not run, or runs already where it should not.</summary>
    public const int NotRunning = 3;

    public const int Interrupted = 130;
}
