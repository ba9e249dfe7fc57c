using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tessera.Users.Contracts;

/// <summary>The files of the keys that sign tokens, in <c>DATA/keys</c>: <c>signing-20261127043000.pem</c> signs from
/// the time in its name (UTC) until that of the next one, and is published from when it is there.</summary>
public static class SigningKeyFile
{
    public const string Pattern = "signing-*.pem";

    /// <summary>So long a further key is published before it signs: twice the time after which the services ask for
    /// the published keys again.</summary>
    public static readonly TimeSpan PublishedBefore = TimeSpan.FromMinutes(10);

    private const string Form = "yyyyMMddHHmmss";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A name that says no time is that of a key which signs until one that does.</summary>
    public static DateTimeOffset SignsFrom(string file) => DateTimeOffset.TryParseExact(
        Path.GetFileNameWithoutExtension(file)["signing-".Length..], Form, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;

    /// <summary>Each file that has one after it, and that one.</summary>
    public static IEnumerable<(string File, string Next)> Successors(IEnumerable<string> files)
    {
        var inTurn = files.OrderBy(SignsFrom).ThenBy(file => file, StringComparer.Ordinal).ToList();
        return inTurn.Zip(inTurn.Skip(1));
    }

    /// <summary>Makes a key for ES256 (P-256), for its owner's eyes alone.</summary>
    /// <exception cref="IOException">There is one of that second already.</exception>
    public static string Make(string folder, DateTimeOffset signsFrom)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = $"signing-{signsFrom.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture)}.pem";
        var file = Path.Combine(folder, name);
        WriteWhole(file, key.ExportPkcs8PrivateKeyPem());
        return file;
    }

    /// <summary>Writes a secret under another name first: a crash in between must not leave half of it.</summary>
    public static void WriteWhole(string file, string text)
    {
        var draft = $"{file}.{Environment.ProcessId}.draft";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file);
    }
}
