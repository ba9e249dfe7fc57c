using System.Security.Cryptography;
using System.Text;

namespace Tessera.Cli.Servers;

/// <summary>Passwords of servers that the store has for itself, each made once and kept in a file that only its owner
/// can read.</summary>
internal static class Passwords
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public static string Read(string file) => File.ReadAllText(file).Trim();

    public static async Task<string> ReadOrMakeAsync(string file, CancellationToken stop)
    {
        if (!File.Exists(file)) await WriteAsync(file, New() + "\n", stop);
        return Read(file);
    }

    /// <summary>Writes a file that only its owner can read, whatever it was before.</summary>
    public static async Task WriteAsync(string file, string text, CancellationToken stop)
    {
        var next = file + ".new";
        File.Delete(next);
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(next, open))
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
        File.Move(next, file, overwrite: true);
    }
}
