namespace Tessera.Testing.Servers;

/// <summary>Servers that refuse to run as root.</summary>
internal static class Unprivileged
{
    /// <summary>Whom they run as when the tests run as root.</summary>
    public static string User =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres"
            : "nobody";

    public static (string Program, string[] Arguments) Command(string program, string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", [$"--reuid={User}", "--clear-groups", "--", program, .. arguments])
            : (program, arguments);
}
