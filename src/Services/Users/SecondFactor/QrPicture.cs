using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using OtpNet;
using QRCoder;

namespace Tessera.Users.SecondFactor;

/// <summary>The secret as apps read it with their camera, drawn in the page itself.</summary>
internal static class QrPicture
{
    private const string Issuer = "Tessera";

    /// <param name="label">For who cannot see it.</param>
    public static MarkupString Of(string email, string secret, string label)
    {
        var address = new OtpUri(OtpType.Totp, secret, email, Issuer).ToString();
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(address, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                if (rows[y][x]) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
            }
        }
        // Numbers and a label of our own alone: nothing that anybody typed is in the markup. Black on white in any
        // colours, so that cameras see it.
        return new MarkupString(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg class="qr" viewBox="0 0 {rows.Count} {rows.Count}" role="img" aria-label="{HtmlEncoder.Default.Encode(label)}">
            <path fill="#fff" d="M0 0h{rows.Count}v{rows.Count}h-{rows.Count}z" /><path fill="#000" d="{path}" /></svg>
            """));
    }
}
