using MimeKit;

namespace Tessera.MailDefaults;

/// <summary>The seam to where mail goes.</summary>
internal interface IMailSender
{
    /// <summary>So long a mail waits for a process that may have died with it. A sending that lasts for most of this is
    /// given up.</summary>
    TimeSpan TakesAtMost { get; }

    /// <summary>Completes when the mail has been taken over. May be called again with the same mail.</summary>
    Task SendAsync(Guid id, MimeMessage mail, CancellationToken stop);
}
