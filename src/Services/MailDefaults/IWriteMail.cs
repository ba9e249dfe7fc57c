using MimeKit;

namespace Tessera.MailDefaults;

/// <summary>The words of each mail of a service.</summary>
public interface IWriteMail
{
    /// <summary>The mail; null when there is nobody to tell anything any more. What it enqueues in the scope's unit of
    /// work is committed with the written mail.</summary>
    Task<MimeMessage?> TryAsync(QueuedMail mail, CancellationToken stop);
}
