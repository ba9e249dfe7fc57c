namespace Tessera.Cli.Up;

/// <summary>How long a command waits for a process to become ready before it says so and ends; the supervisor goes on
/// trying all the same. Two minutes, unless TESSERA_READY_TIMEOUT says otherwise: a machine that does other work beside
/// it may need longer.</summary>
internal static class ReadyTimeout
{
    public const string Variable = "TESSERA_READY_TIMEOUT";

    public static readonly TimeSpan Default = TimeSpan.FromMinutes(2);

    /// <exception cref="UserError">The variable holds no time.</exception>
    public static TimeSpan Read() => Parse(Environment.GetEnvironmentVariable(Variable));

    internal static TimeSpan Parse(string? given)
    {
        if (string.IsNullOrEmpty(given)) return Default;
        try
        {
            return Durations.Parse(given);
        }
        catch (UserError wrong)
        {
            throw new UserError($"{Variable}: {wrong.Message}", ExitCodes.Usage);
        }
    }
}
