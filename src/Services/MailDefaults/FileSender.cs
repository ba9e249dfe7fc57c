using Microsoft.Extensions.Options;
using MimeKit;
using Tessera.ServiceDefaults;

namespace Tessera.MailDefaults;

/// <summary>Writes mail into <c>outbox/</c> of the data folder, readable by its owner alone: mails hold links that sign
/// in, nearly.</summary>
internal sealed class FileSender(IOptions<TesseraOptions> tessera) : IMailSender
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public TimeSpan TakesAtMost { get; } = TimeSpan.FromSeconds(10);

    public async Task SendAsync(Guid id, MimeMessage mail, CancellationToken stop)
    {
        var folder = Path.Combine(tessera.Value.DataDirectory, "outbox");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var file = Path.Combine(folder, $"{id:D}.eml");
        var draft = file + ".draft"; // Whole or not there: a crash leaves no half a mail.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        await using (var stream = new FileStream(draft, options))
        {
            await mail.WriteToAsync(stream, stop);
            await stream.FlushAsync(stop);
        }
        File.Move(draft, file, overwrite: true);
    }
}
