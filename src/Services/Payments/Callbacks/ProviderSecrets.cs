using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>What providers sign their callbacks with: a file for each, several lines while a secret is changed. Read
/// each time, so that a new secret needs no restart. A provider without a file is not known.</summary>
internal sealed partial class ProviderSecrets(
    IOptions<CallbackOptions> options, IOptions<TesseraOptions> tessera)
{
    private const string Ending = ".secrets";
    private const int FileBytesMax = 4_096;
    private const int KeyBytesMin = 16;
    private const UnixFileMode OwnerMayRead = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Folder => options.Value.Folder is { Length: > 0 } given
        ? given
        : Path.Combine(tessera.Value.KeyDirectory, "payment-callbacks");

    /// <summary>The first one signs. Null when the provider is not known.</summary>
    /// <exception cref="InvalidOperationException">The file holds something else.</exception>
    public IReadOnlyList<byte[]>? KeysOf(string provider)
    {
        if (!Name().IsMatch(provider) || FileOf(provider) is not { Exists: true } file) return null;
        if (file.Length > FileBytesMax)
            throw new InvalidOperationException($"{file.FullName} is larger than {FileBytesMax} bytes: no secrets.");
        var lines = File.ReadAllLines(file.FullName).Select(line => line.Trim()).Where(line => line.Length > 0);
        var keys = lines.Select(line => KeyOf(line) ?? throw new InvalidOperationException(
            $"{file.FullName} has a line that is no secret: expected {WebhookSignature.SecretPrefix} and at least " +
            $"{KeyBytesMin} bytes in base64.")).ToArray();
        return keys.Length > 0 ? keys : throw new InvalidOperationException(
            $"{file.FullName} is empty: put a secret into it, or remove it.");
    }

    /// <summary>Reads all there are, so that a file that is none is noticed at the start.</summary>
    /// <exception cref="InvalidOperationException">One holds something else.</exception>
    public void CheckAll()
    {
        if (!Directory.Exists(Folder)) return;
        foreach (var file in Directory.GetFiles(Folder, "*" + Ending))
        {
            if (KeysOf(Path.GetFileName(file)[..^Ending.Length]) is null)
            {
                throw new InvalidOperationException(
                    $"{file} names no provider: expected a name of a-z, 0-9 and -, at most 32, such as simulated" +
                    $"{Ending} (Payments:Callbacks:Folder).");
            }
        }
    }

    /// <summary>Makes a secret unless there is one. Replicas that start together end with the same.</summary>
    public void MakeFor(string provider)
    {
        var file = FileOf(provider);
        if (file.Exists) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, OwnerMayRead | UnixFileMode.UserExecute);
        // Under another name first: a crash in between must not leave half of it.
        var draft = $"{file.FullName}.{Guid.NewGuid():N}.draft";
        var writing = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) writing.UnixCreateMode = OwnerMayRead;
        using (var text = new StreamWriter(draft, writing)) text.WriteLine(WebhookSignature.NewSecret());
        try
        {
            File.Move(draft, file.FullName, overwrite: false);
        }
        catch (IOException) when (File.Exists(file.FullName))
        {
            File.Delete(draft); // Another replica was first.
        }
    }

    private FileInfo FileOf(string provider) => new(Path.Combine(Folder, provider + Ending));

    private static byte[]? KeyOf(string line)
    {
        var text = line.StartsWith(WebhookSignature.SecretPrefix, StringComparison.Ordinal)
            ? line[WebhookSignature.SecretPrefix.Length..]
            : "";
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length >= KeyBytesMin ? key[..length] : null;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,31}\z")]
    private static partial Regex Name();
}
