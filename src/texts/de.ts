/** Deutsch. Anrede: du. Gleiche Platzhalter wie in `en.ts`. */
import type { AllPieces } from './pieces';
import type { Texts } from './texts';

const notifications = {
  follower: { title: 'Neuer Follower', body: '{actor} folgt dir jetzt.' },
  live: { title: '{actor} ist live', body: '{streamTitle}' },
  gift: {
    title: '{actor} hat dir Geschenke geschickt',
    others: {
      by: 'others',
      one: '{actor} und {others} weitere Person haben dir Geschenke geschickt',
      other: '{actor} und {others} weitere Personen haben dir Geschenke geschickt',
    },
    gift: {
      by: 'coins',
      one: '{quantity} × {name} für {coins} Coin',
      other: '{quantity} × {name} für {coins} Coins',
    },
    tip: { by: 'coins', one: 'Ein Trinkgeld von {coins} Coin', other: 'Ein Trinkgeld von {coins} Coins' },
  },
  subscription: { title: 'Du hast einen neuen Abonnenten', body: '{actor} hat {tierName} abonniert.' },
  'subscription-short': {
    title: 'Nicht genug Coins für dein Abo',
    body: {
      by: 'coinsPerMonth',
      one: 'Der nächste Monat deines Abos bei {who} kostet {coinsPerMonth} Coin. Lade innerhalb von drei Tagen Coins auf, um es zu behalten.',
      other:
        'Der nächste Monat deines Abos bei {who} kostet {coinsPerMonth} Coins. Lade innerhalb von drei Tagen Coins auf, um es zu behalten.',
    },
  },
  'subscription-ended': { title: 'Dein Abo bei {who} ist beendet' },
  'subscription-ended/unpaid': { body: 'Dein Guthaben reichte nicht für den nächsten Monat.' },
  'subscription-ended/creator-gone': {
    body: 'Dieser Kanal bietet keine Abos mehr an. Dir wurde nichts berechnet.',
  },
  'subscription-ended/blocked': { body: 'Es konnte nicht verlängert werden. Dir wurde nichts berechnet.' },
  'subscription-ended/creator-hidden': {
    body: 'Dieser Kanal wird in deinem Land nicht mehr angezeigt. Dir wurde nichts berechnet.',
  },
  'subscription-ended/lapsed': {
    body: 'Es konnte nicht rechtzeitig verlängert werden. Dir wurde nichts berechnet; du kannst jederzeit wieder abonnieren.',
  },
  'subscription-ended/worthless': {
    body: 'Zu diesem Preis wird es nicht mehr angeboten. Dir wurde nichts berechnet; du kannst jederzeit wieder abonnieren.',
  },
  'subscription-ended/returned': {
    body: {
      by: 'returnedCoins',
      one: 'Es endete vor Ablauf des Monats. Für die restlichen Tage hast du {returnedCoins} Coin zurückbekommen.',
      other: 'Es endete vor Ablauf des Monats. Für die restlichen Tage hast du {returnedCoins} Coins zurückbekommen.',
    },
  },
  'subscription-ended/nothing-left': {
    body: 'Es endete vor Ablauf des Monats. Die restlichen Tage waren weniger als einen Coin wert.',
  },
  comment: { title: '{actor} hat deinen Beitrag kommentiert', body: '{excerpt}' },
  'comment/reply': { title: '{actor} hat auf deinen Kommentar geantwortet' },
  like: {
    title: '{actor} hat deinen Beitrag mit „Gefällt mir“ markiert',
    others: {
      by: 'others',
      one: '{actor} und {others} weitere Person haben deinen Beitrag mit „Gefällt mir“ markiert',
      other: '{actor} und {others} weitere Personen haben deinen Beitrag mit „Gefällt mir“ markiert',
    },
  },
  'like/comment': {
    title: '{actor} hat deinen Kommentar mit „Gefällt mir“ markiert',
    others: {
      by: 'others',
      one: '{actor} und {others} weitere Person haben deinen Kommentar mit „Gefällt mir“ markiert',
      other: '{actor} und {others} weitere Personen haben deinen Kommentar mit „Gefällt mir“ markiert',
    },
  },
  'creator-approved': {
    title: 'Du bist jetzt Creator',
    body: 'Deine Bewerbung wurde angenommen. Ab jetzt kannst du streamen, verkaufen und verdienen.',
  },
  'creator-rejected': { title: 'Deine Bewerbung wurde nicht angenommen', body: '{reason}' },
  'guide-approved': { title: 'Du bist jetzt Guide', body: 'Deine Bewerbung wurde angenommen.' },
  'guide-approved/back': {
    title: 'Du bist wieder Guide',
    body: 'Deine Zulassung ist nicht mehr ausgesetzt.',
  },
  'payout-approved': { title: 'Deine Auszahlung ist genehmigt', body: 'Wir überweisen dir {money}.' },
  'payout-paid': { title: 'Deine Auszahlung ist erfolgt', body: '{money} ist unterwegs auf dein Konto.' },
  'payout-rejected': {
    title: 'Deine Auszahlung wurde nicht genehmigt',
    body: 'Die Diamanten gehören wieder dir. Grund: {reason}',
  },
  'payout-rejected/money': { body: 'Das Geld gehört wieder dir. Grund: {reason}' },
  'payout-failed': {
    title: 'Deine Auszahlung ist fehlgeschlagen',
    body: 'Die Diamanten gehören wieder dir. Grund: {reason}',
  },
  'payout-failed/money': { body: 'Das Geld gehört wieder dir. Grund: {reason}' },
  'payout-returned': {
    title: 'Deine Auszahlung ist zurückgekommen',
    body: 'Die Diamanten und die Gebühr gehören wieder dir. Grund: {reason}',
  },
  'payout-returned/money': { body: 'Das Geld und die Gebühr gehören wieder dir. Grund: {reason}' },
  'payout-details-accepted': {
    title: 'Deine neue Bankverbindung ist angenommen',
    body: 'Ab dem {usableAt:day} zahlen wir auf das Konto aus, das auf {accountLast4} endet. Bis dahin wird nichts überwiesen. Wenn du das nicht beantragt hast, wende dich sofort an den Support.',
  },
  'payout-details-refused': {
    title: 'Deine neue Bankverbindung wurde nicht angenommen',
    body: 'Die bisherige gilt weiter. Grund: {reason}',
  },
  'earnings-reversed': {
    title: 'Diamanten wurden zurückgenommen',
    body: {
      by: 'diamonds',
      one: 'Eine Zahlung hinter Geschenken oder Abos, die du erhalten hast, wurde erstattet oder angefochten. {diamonds} Diamant wurde zurückgenommen.',
      other:
        'Eine Zahlung hinter Geschenken oder Abos, die du erhalten hast, wurde erstattet oder angefochten. {diamonds} Diamanten wurden zurückgenommen.',
    },
  },
  'earnings-reversed/exchange': {
    title: 'Ein Umtausch wurde rückgängig gemacht',
    body: 'Du hattest Diamanten umgetauscht, die zurückgenommen wurden. Coins aus diesem Umtausch: {coins}. Diamanten, die du stattdessen hast: {diamonds}.',
  },
  'earnings-restored': {
    title: 'Du hast Diamanten zurückbekommen',
    body: {
      by: 'diamonds',
      one: 'Eine Zahlung hinter Geschenken oder Abos, die du erhalten hast, ist nun doch gültig. Du hast {diamonds} Diamanten zurückbekommen.',
      other:
        'Eine Zahlung hinter Geschenken oder Abos, die du erhalten hast, ist nun doch gültig. Du hast {diamonds} Diamanten zurückbekommen.',
    },
  },
  'earnings-restored/exchange': {
    title: 'Ein Umtausch wurde erneut ausgeführt',
    body: 'Zurückgenommene Diamanten sind wieder da. Erneut umgetauschte Diamanten: {diamonds}. Coins, die du dafür hast: {coins}.',
  },
  'target-reached': {
    title: 'Du hast ein Ziel erreicht',
    body: {
      by: 'diamonds',
      one: 'Dafür hast du {diamonds} Diamanten verdient.',
      other: 'Dafür hast du {diamonds} Diamanten verdient.',
    },
  },
  ticket: { title: 'Wir sehen uns dein Ticket noch einmal an: {number}', body: '{subject}.' },
  'ticket/pending': { title: 'Der Support wartet auf dich: {number}' },
  'ticket/resolved': {
    title: 'Dein Ticket ist gelöst: {number}',
    body: '{subject}. Wenn noch etwas offen ist, antworte darauf.',
  },
  'ticket/closed': {
    title: 'Dein Ticket ist geschlossen: {number}',
    body: '{subject}. Wenn noch etwas offen ist, antworte darauf.',
  },
  'ticket/merged': {
    title: 'Dein Ticket wurde zusammengelegt: {number}',
    body: '{subject}. Wir beantworten es zusammen mit {into}.',
  },
  'ticket/file-removed': {
    title: 'Wir haben einen Anhang entfernt: {number}',
    body: 'Der Virenscanner hat in {file} etwas gefunden. Wenn du uns den Inhalt zeigen musst, schicke ihn in anderer Form.',
  },
  'ticket-reply': { title: 'Der Support hat auf dein Ticket geantwortet: {number}', body: '{excerpt}' },
  'purchase-processing': {
    title: 'Deine Zahlung ist unterwegs',
    body: {
      by: 'coins',
      one: 'Sobald sie eintrifft, hast du {coins} Coin mehr im Guthaben. Das kann einige Tage dauern.',
      other: 'Sobald sie eintrifft, hast du {coins} Coins mehr im Guthaben. Das kann einige Tage dauern.',
    },
  },
  'purchase-failed': {
    title: 'Deine Zahlung ist nicht eingetroffen',
    body: 'Es wurden keine Coins gekauft. Starte einen neuen Kauf, wenn du sie noch möchtest.',
  },
  'purchase-paid': {
    title: 'Deine Coins sind da',
    body: {
      by: 'coins',
      one: '{coins} Coin wurde deinem Guthaben gutgeschrieben.',
      other: '{coins} Coins wurden deinem Guthaben gutgeschrieben.',
    },
    lostCode: 'Der Code {lostCode} galt nicht mehr, als deine Zahlung eintraf, und hat deshalb keine Coins gebracht.',
    rewardCode: 'Rabattcode für deinen nächsten Kauf: {rewardCode}.',
  },
  'purchase-reversed': {
    title: 'Coins wurden zurückgenommen',
    body: {
      by: 'coins',
      one: 'Eine Zahlung wurde erstattet oder angefochten. Deshalb wurde {coins} Coin zurückgenommen.',
      other: 'Eine Zahlung wurde erstattet oder angefochten. Deshalb wurden {coins} Coins zurückgenommen.',
    },
  },
  'purchase-restored': {
    title: 'Du hast Coins zurückbekommen',
    body: {
      by: 'coins',
      one: 'Eine Erstattung ist fehlgeschlagen oder ein Streitfall wurde beigelegt. {coins} Coin ist wieder in deinem Guthaben.',
      other:
        'Eine Erstattung ist fehlgeschlagen oder ein Streitfall wurde beigelegt. {coins} Coins sind wieder in deinem Guthaben.',
    },
  },
  'webhook-waiting': {
    title: 'Ereignisse von Anbietern, die auf dich warten: {count}',
    body: 'Sie ließen sich nicht verarbeiten. Sieh sie dir an und entscheide.',
  },
  'payouts-stuck': { title: 'Auszahlungen warten auf dich' },
  'report-waiting': {
    title: 'Meldungen, die auf dich warten: {count}',
    body: 'Sieh dir die Belege an und entscheide.',
  },
  'appeal-waiting': {
    title: 'Einsprüche, die auf dich warten: {count}',
    body: 'Jemand ist mit einer Entscheidung nicht einverstanden.',
  },
  'ticket-waiting': { title: 'Tickets, die auf dich warten: {count}', body: 'Jemand bittet den Support um Hilfe.' },
  'application-waiting': {
    title: 'Creator-Bewerbungen, die auf dich warten: {count}',
    body: 'Jemand möchte Creator werden.',
  },
  'application-waiting/guide-application': {
    title: 'Guide-Bewerbungen, die auf dich warten: {count}',
    body: 'Jemand möchte Guide werden.',
  },
  'payout-waiting': {
    title: 'Auszahlungen, die auf dich warten: {count}',
    body: 'Ein Creator hat eine Auszahlung beantragt.',
  },
  'payout-waiting/payout-details': {
    title: 'Bankverbindungen, die auf dich warten: {count}',
    body: 'Ein Creator möchte auf ein anderes Bankkonto ausgezahlt werden.',
  },
  'payout-waiting/refused': {
    body: 'Der Auszahlungsanbieter lehnt ab, und zwar wegen des Kontos der Plattform. Er sagt: {words}',
  },
  'payout-waiting/unknown': {
    body: 'Der Anbieter sagt nicht, ob er eine Auszahlung gesendet hat. Finde es heraus und entscheide dann.',
  },
  health: { title: 'Teile der Plattform, die dich brauchen: {count}', body: 'Lies GET /health/detailed.' },
  'ticket-assigned': { title: 'Du hast ein neues Ticket: {number}' },
  'ticket-assigned/replied': { title: 'Neue Antwort zu deinem Ticket: {number}' },
  'ticket-assigned/merged': { title: 'Eine Frage wurde mit deinem Ticket zusammengelegt: {number}' },
  'ticket-assigned/file-removed': { title: 'Ein infizierter Anhang wurde entfernt: {number}' },
  decision: { title: 'Du wurdest verwarnt', body: '{reason}' },
  'decision/remove': { title: 'Etwas von dir wurde entfernt' },
  'decision/timeout': { title: 'Dein Konto ist vorübergehend gesperrt' },
  'decision/ban': { title: 'Dein Konto ist gesperrt' },
  'decision/lift': { title: 'Dein Konto ist wieder aktiv' },
  'decision/reject': { title: 'Deine Bewerbung wurde nicht angenommen' },
  'decision/withdraw': { title: 'Deine Zulassung wurde widerrufen' },
  'decision/suspension-over': {
    title: 'Dein Konto ist wieder aktiv',
    body: 'Deine Sperre ist abgelaufen. Du kannst dich wieder anmelden.',
  },
  'decision/guide-suspended': { title: 'Deine Zulassung als Guide ist ausgesetzt' },
  'decision/appeal-accepted': {
    title: 'Deinem Einspruch wurde stattgegeben: Die Entscheidung ist aufgehoben',
  },
  'decision/appeal-rejected': { title: 'Deinem Einspruch wurde nicht stattgegeben' },
  'report-outcome': {
    title: 'Deine Meldungen, auf die wir reagiert haben: {count}',
    body: 'Danke. Was du gemeldet hast, verstieß gegen unsere Regeln.',
  },
  'report-outcome/dismissed': {
    title: 'Deine Meldungen, die wir geprüft haben: {count}',
    body: 'Wir haben keinen Verstoß gegen unsere Regeln gefunden.',
  },
  'support-message': {
    title: 'Neue Nachrichten vom Support: {count}',
    body: 'Öffne den Chat mit dem Support, um sie zu lesen und zu beantworten.',
  },
  'chat-waiting': {
    title: 'Support-Chats, die auf eine Antwort warten: {count}',
    body: 'Jemand hat dem Support geschrieben. Öffne den Chat und antworte.',
  },
  'stream-stopped': { title: 'Unser Team hat deinen Stream beendet', body: '{what}' },
  'stream-stopped/cancelled': { title: 'Unser Team hat deinen Stream abgesagt' },
  'stream-stopped/room-closed': { title: 'Unser Team hat deinen Raum geschlossen' },
  'stream-stopped/reason': { body: '{reason}' },
  'track-ready': { title: 'Dein Track ist bereit', body: 'Du kannst {trackTitle} jetzt spielen.' },
  'track-rejected': { title: 'Wir konnten deinen Track nicht annehmen', body: '{trackTitle}' },
  'track-rejected/duplicate': { body: '{trackTitle}: Diese Datei ist schon in deiner Bibliothek.' },
  'track-rejected/mislabelled': {
    body: '{trackTitle}: Der Inhalt der Datei passt nicht zu ihrem Typ. Exportiere sie noch einmal als MP3, M4A, FLAC, Ogg oder WAV.',
  },
  'track-rejected/damaged': {
    body: '{trackTitle}: Die Datei ist beschädigt und lässt sich nicht lesen. Exportiere sie noch einmal.',
  },
  'track-rejected/truncated': {
    body: '{trackTitle}: Die Datei bricht mitten im Ton ab. Lade sie noch einmal hoch.',
  },
  'track-rejected/no-duration': {
    body: '{trackTitle}: In der Datei steht nicht, wie lang der Track ist. Exportiere sie noch einmal.',
  },
  'track-rejected/tags-too-large': {
    body: '{trackTitle}: Die Tags dieser Datei sind zu groß. Entferne große Bilder daraus.',
  },
  'track-rejected/too-large-to-scan': {
    body: '{trackTitle}: Die Datei ist zu groß für den Virenscanner. Lade eine kleinere hoch.',
  },
  'track-rejected/claimed': {
    body: '{trackTitle}: Du hast diese Datei gelöscht, während ein Anspruch auf sie geprüft wurde. Du kannst sie wieder hochladen, sobald er abgewiesen ist.',
  },
  'track-infected': {
    title: 'Wir haben einen infizierten Track gelöscht',
    body: '{trackTitle}: Der Virenscanner hat darin etwas gefunden, deshalb haben wir die Datei gelöscht.',
  },
  'order-paid': {
    title: 'Deine Bestellung ist bezahlt',
    body: {
      by: 'quantity',
      one: '„{productTitle}“: Der Versand folgt.',
      other: '{quantity} × „{productTitle}“: Der Versand folgt.',
    },
  },
  'order-paid/digital': {
    body: {
      by: 'quantity',
      one: '„{productTitle}“: Du kannst den Artikel jetzt herunterladen.',
      other: '{quantity} × „{productTitle}“: Du kannst die Artikel jetzt herunterladen.',
    },
  },
  'order-received': {
    title: 'Du hast etwas verkauft',
    body: {
      by: 'quantity',
      one: '„{productTitle}“ wurde gekauft. Bitte verschicke den Artikel bald.',
      other: '{quantity} × „{productTitle}“ wurden gekauft. Bitte verschicke die Artikel bald.',
    },
  },
  'order-received/digital': {
    body: {
      by: 'quantity',
      one: '„{productTitle}“ wurde gekauft.',
      other: '{quantity} × „{productTitle}“ wurden gekauft.',
    },
  },
  'order-fulfilled': { title: 'Deine Bestellung ist unterwegs', body: '„{productTitle}“ wurde verschickt.' },
  'order-fulfilled/carrier': { body: '„{productTitle}“ wurde mit {carrier} verschickt.' },
  'order-fulfilled/tracking': { tracking: 'Sendungsnummer: {tracking}.' },
  'order-reminder': {
    title: 'Eine Bestellung wartet auf den Versand',
    body: '„{productTitle}“ wurde vor einer Woche bezahlt. Wenn du nicht innerhalb einer weiteren Woche versendest, bekommt der Käufer das Geld zurück.',
  },
  'order-cancelled': { title: 'Eine Bestellung wurde storniert' },
  'order-cancelled/by-buyer': { because: '„{productTitle}“: Der Käufer hat storniert.' },
  'order-cancelled/by-seller': { because: '„{productTitle}“: Der Verkäufer hat storniert.' },
  'order-cancelled/by-staff': { because: '„{productTitle}“: Die Plattform hat storniert.' },
  'order-cancelled/by-system': { because: '„{productTitle}“: Die Bestellung wurde nicht rechtzeitig verschickt.' },
  'order-cancelled/to-buyer': { next: 'Dein Geld ist auf dem Weg zurück zu dir.' },
  'order-cancelled/to-seller': { next: 'Bitte verschicke nichts mehr. Das Geld geht an den Käufer zurück.' },
  'order-cancelled/no-stock': {
    because: {
      by: 'quantity',
      one: 'Als die Zahlung für „{productTitle}“ eintraf, war der Artikel ausverkauft.',
      other: 'Als die Zahlung für {quantity} × „{productTitle}“ eintraf, war der Artikel ausverkauft.',
    },
    buyer: 'Du bekommst dein Geld zurück.',
    seller: 'Der Käufer bekommt das Geld zurück.',
  },
  'order-refunded': {
    title: 'Du bekommst Geld zurück',
    body: '{money} für „{productTitle}“ ist unterwegs zu dir. Grund: {reason}',
  },
  'order-refund-failed': {
    title: 'Eine Erstattung ist fehlgeschlagen',
    body: 'Der Zahlungsanbieter konnte {money} für „{productTitle}“ nicht erstatten. Versuche es noch einmal oder wende dich an den Support.',
  },
  'order-problem': {
    title: 'Ein Käufer meldet ein Problem',
    body: '„{productTitle}“: Lies nach, was nicht stimmt, und antworte innerhalb von drei Tagen.',
  },
  'order-problem-answered': {
    title: 'Der Verkäufer hat geantwortet',
    body: '„{productTitle}“: Lies die Antwort. Wenn damit alles geklärt ist, bestätige die Bestellung.',
  },
  'order-problem-resolved': {
    title: 'Ein Problem mit einer Bestellung ist gelöst',
    body: '„{productTitle}“: {resolution}',
  },
  'order-problem-resolved/confirmed': {
    body: '„{productTitle}“: Der Käufer hat bestätigt, dass mit der Bestellung alles in Ordnung ist.',
  },
  'sale-reversed': {
    title: 'Geld aus einem Verkauf wurde zurückgenommen',
    body: 'Die Zahlung für „{productTitle}“ wurde erstattet oder angefochten. Deshalb wurden {money} von deinen Verkäufen abgezogen.',
  },
  'sale-restored': {
    title: 'Geld aus einem Verkauf ist wieder da',
    body: 'Eine Erstattung für „{productTitle}“ ist fehlgeschlagen oder ein Streitfall wurde beigelegt. {money} zählen wieder zu deinen Verkäufen.',
  },
  'stock-offered': {
    title: 'Du kannst jetzt zugreifen',
    body: '„{productTitle}“ ist zwei Minuten lang für dich reserviert.',
  },
  'product-approved': { title: 'Dein Produkt ist im Verkauf', body: '„{productTitle}“ kann jetzt gekauft werden.' },
  'product-refused': { title: 'Dein Produkt wurde nicht zugelassen', body: '„{productTitle}“: {reason}' },
  'product-waiting': {
    title: 'Produkte, die auf dich warten: {count}',
    body: 'Jemand möchte ein Produkt zum Verkauf anbieten.',
  },
  'product-waiting/order-problem': {
    title: 'Probleme mit Bestellungen, die auf dich warten: {count}',
    body: 'Käufer und Verkäufer sind sich nicht einig.',
  },
  'product-waiting/unanswered': {
    body: 'Ein Verkäufer hat einem Käufer seit drei Tagen nicht geantwortet.',
  },
  'product-waiting/order-refund': {
    title: 'Fehlgeschlagene Erstattungen stornierter Bestellungen: {count}',
    body: 'Ein Käufer wartet noch auf das Geld einer stornierten Bestellung. Erstatte es noch einmal.',
  },
  'moderator-named': {
    title: '{actor} hat dir die Moderation anvertraut',
    body: 'Du kannst dort im Chat Nachrichten löschen und Zuschauer vorübergehend stummschalten oder sperren.',
  },
  'unban-request': { title: '{actor} bittet dich, die Sperre aufzuheben', body: '{excerpt}' },
  'unban-decided': { title: 'Deine Anfrage wurde beantwortet', answer: 'Die Moderation schreibt: {answer}' },
  'unban-decided/accepted': {
    title: 'Du kannst wieder dabei sein',
    body: 'Die Moderation hat deine Sperre aufgehoben.',
  },
  'unban-decided/refused': {
    title: 'Deine Anfrage wurde abgelehnt',
    body: 'Die Moderation hat deine Sperre nicht aufgehoben. In einer Woche kannst du noch einmal anfragen.',
  },
} satisfies AllPieces;

const IF_NOT_YOU = 'Wenn du das nicht warst, setze jetzt dein Passwort zurück und wende dich an den Support.';

const mails = {
  otp: {
    text: 'Hallo {username},\n\n{what}: {code}\n\nEr läuft in zehn Minuten ab und gilt nur einmal. Niemand von Footlight wird dich je danach fragen.\nWenn du diesen Code nicht angefordert hast, kannst du diese E-Mail ignorieren.\n',
    'email-verification': 'Dein Code zum Bestätigen dieser Adresse',
    'sign-in': 'Dein Code zum Anmelden',
    'forget-password': 'Dein Code zum Zurücksetzen des Passworts',
  },
  verifyLink: {
    subject: 'Bestätige deine E-Mail-Adresse',
    text: "Hallo {username},\n\njemand hat sich mit dieser E-Mail-Adresse bei Footlight registriert. Wenn du das warst, öffne innerhalb eines Tages diesen Link, um die Adresse zu bestätigen:\n\n{link}\n\nWenn du das nicht warst, öffne den Link und wähle „This wasn't me“ oder ignoriere diese E-Mail. Das Konto wird nach sieben Tagen gelöscht.\n",
  },
  verifyReminder: {
    subject: 'Bestätige deine E-Mail-Adresse, um dein Konto zu behalten',
    text: "Hallo {username},\n\ndeine E-Mail-Adresse ist noch nicht bestätigt. Wenn du sie nicht bestätigst, wird dein Footlight-Konto am {until:day} gelöscht. Öffne vorher diesen Link, um es zu behalten:\n\n{link}\n\nWenn du dich nicht registriert hast, öffne den Link und wähle „This wasn't me“ oder ignoriere diese E-Mail.\n",
  },
  addressTaken: {
    subject: 'Du hast schon ein Konto',
    text: 'Hallo {username},\n\njemand wollte sich mit dieser E-Mail-Adresse bei Footlight registrieren. Zu ihr gehört aber schon ein Konto. Es hat sich nichts geändert.\n\nWenn du das warst, melde dich stattdessen an oder setze dein Passwort zurück, falls du es vergessen hast. Wenn du das nicht warst, kannst du diese E-Mail ignorieren. Wir schicken sie höchstens einmal am Tag.\n',
  },
  addressBanned: {
    subject: 'Mit dieser Adresse kannst du dich noch nicht registrieren',
    text: 'Hallo,\n\njemand wollte sich mit dieser E-Mail-Adresse bei Footlight registrieren. Ein Konto mit ihr wurde gelöscht, während es gesperrt war. Deshalb kann sie vor dem {until:day} nicht für ein neues Konto verwendet werden.\n\nWenn du das nicht warst, kannst du diese E-Mail ignorieren. Wir schicken sie höchstens einmal am Tag.\n',
  },
  owner: {
    subject: 'Diese Plattform gehört jetzt dir',
    text: 'Hallo {username},\n\ndu hast die Adresse bestätigt, die für den Owner dieser Plattform eingetragen ist. Damit gehört die Plattform jetzt dir, und dein Konto darf alles, was das Team darf.\n\nWenn du das nicht warst, ändere OWNER_EMAIL und setze jetzt dein Passwort zurück. Damit wirst du auf allen Geräten abgemeldet.\n',
  },
  emailCode: {
    subject: 'Dein Code, um diese Adresse zu verwenden',
    text: 'Hallo,\n\nbei Footlight möchte {username} diese Adresse für das eigene Konto verwenden. Wenn du das bist, gib innerhalb einer Stunde diesen Code ein: {code}\n\nEr gilt nur einmal. Niemand von Footlight wird dich je danach fragen.\nWenn du das nicht bist, ignoriere diese E-Mail. Ohne den Code ändert sich nichts.\n',
  },
  emailChangeAsked: {
    subject: 'Jemand möchte deine E-Mail-Adresse ändern',
    text: 'Hallo {username},\n\njemand hat darum gebeten, die E-Mail-Adresse deines Kontos in {newEmail} zu ändern. Zeitpunkt: {at:minute}, mit {device}. Sie ändert sich, sobald der Code eingegeben wird, den wir dorthin geschickt haben.\n\nWenn du das warst, musst du hier nichts tun. Wenn nicht, setze jetzt dein Passwort zurück: Das bricht die Änderung ab und meldet dich auf allen Geräten ab. Wende dich danach an den Support.\n',
  },
  emailChanged: {
    subject: 'Deine E-Mail-Adresse wurde geändert',
    text: 'Hallo {username},\n\ndie E-Mail-Adresse deines Kontos wurde am {at:minute} in {newEmail} geändert. Codes und Links, die wir an diese Adresse geschickt haben, gelten nicht mehr, und du wurdest überall sonst abgemeldet.\n\nWenn du das nicht warst, wende dich jetzt an den Support und erwähne diese E-Mail.\n',
  },
  newAddress: {
    subject: 'Das ist jetzt deine E-Mail-Adresse',
    text: 'Hallo {username},\n\ndas ist seit dem {at:minute} die E-Mail-Adresse deines Kontos. Melde dich von jetzt an mit ihr an. Du wurdest überall sonst abgemeldet.\n\nWenn du das nicht warst, wende dich an den Support.\n',
  },
  addressInUse: {
    subject: 'Diese Adresse hat schon ein Konto',
    text: 'Hallo {username},\n\njemand wollte diese E-Mail-Adresse für ein anderes Footlight-Konto verwenden. Zu ihr gehört aber schon eines. Es hat sich nichts geändert.\n\nWenn du das warst, melde dich stattdessen mit dieser Adresse an. Wenn du das nicht warst, kannst du diese E-Mail ignorieren. Wir schicken sie höchstens einmal am Tag.\n',
  },
  resetLink: {
    subject: 'Setze dein Passwort zurück',
    text: 'Hallo {username},\n\nöffne innerhalb von 30 Minuten diesen Link, um ein neues Passwort zu wählen:\n\n{link}\n\nWenn du das nicht angefordert hast, kannst du diese E-Mail ignorieren. Dein Passwort bleibt unverändert.\n',
  },
  passwordChanged: {
    subject: 'Dein Passwort wurde geändert',
    text: `Hallo {username},\n\ndein Passwort wurde am {at:minute} geändert, und du wurdest {where} abgemeldet.\n\n${IF_NOT_YOU}\n`,
    everywhere: 'überall',
    'everywhere-else': 'überall sonst',
  },
  twoFactor: {
    text: `Hallo {username},\n\n{change}. Zeitpunkt: {at:minute}, mit {device}.\n\n${IF_NOT_YOU}\n`,
    on: 'Die Zwei-Faktor-Anmeldung wurde eingeschaltet',
    off: 'Die Zwei-Faktor-Anmeldung wurde ausgeschaltet',
    'new-codes': 'Deine Backup-Codes wurden ersetzt',
  },
  signIn: {
    subject: 'Neue Anmeldung in deinem Konto',
    text: 'Hallo {username},\n\njemand hat sich von einem neuen Gerät aus in deinem Konto angemeldet. Zeitpunkt: {at:minute}, mit {device}.\n\nWenn du das warst, musst du nichts tun. Wenn nicht, setze jetzt dein Passwort zurück. Damit wirst du auf allen Geräten abgemeldet.\n',
  },
  deletionPlanned: {
    subject: 'Dein Konto wird gelöscht',
    text: 'Hallo {username},\n\nwie gewünscht löschen wir dein Konto am {at:day}. Du wurdest überall abgemeldet.\n\nHast du es dir anders überlegt? Melde dich vor diesem Tag an, um dein Konto zu behalten. Danach kann es niemand wiederherstellen.\n\nWenn du das nicht warst, melde dich jetzt an, wähle ein neues Passwort und wende dich an den Support.\n',
  },
  deletionCancelled: {
    subject: 'Dein Konto wird nicht gelöscht',
    text: `Hallo {username},\n\ndu hast dich angemeldet, deshalb löschen wir dein Konto nicht.\n\n${IF_NOT_YOU}\n`,
  },
  exportReady: {
    subject: 'Deine Daten sind bereit',
    text: 'Hallo {username},\n\ndie Kopie deiner Daten, die du am {requestedAt:day} angefordert hast, ist fertig. Du kannst sie bis zum {expiresAt:day} hier herunterladen, oder bis du eine neue Kopie anforderst:\n\n{url}\n\nWer diesen Link hat, kann deine Daten lesen. Gib ihn also nicht weiter.\n\nWenn du das nicht angefordert hast, wähle jetzt ein neues Passwort und wende dich an den Support.\n',
  },
  bankDetails: {
    subject: 'Neue Bankverbindung für deine Auszahlungen',
    text: `Hallo {username},\n\ndu hast uns am {at:minute} gebeten, deine Auszahlungen auf das Bankkonto zu überweisen, das auf {last4} endet. Unser Team prüft das. Wenn es zustimmt, gilt das Konto sieben Tage später. Bis dahin überweisen wir nichts.\n\n${IF_NOT_YOU}\n`,
  },
  notification: {
    text: 'Hallo {username},\n\n{text}\n\nWelche E-Mails du bekommst, legst du in deinen Einstellungen fest.\n',
    linked: 'Hallo {username},\n\n{text}\n\nWelche E-Mails du bekommst, legst du in deinen Einstellungen fest: {url}\n',
  },
  digest: { subject: 'Auf dich wartet Arbeit' },
};

export const de = {
  notifications,
  mails,
  someone: 'Jemand',
  aCreator: 'einem Creator',
  reasons: {
    refunded: 'Die Bestellung wurde erstattet.',
    unshipped: 'Die Bestellung wurde nicht rechtzeitig verschickt.',
    cancelledByBuyer: 'Der Käufer hat die Bestellung storniert.',
    noPiece: 'Als die Zahlung eintraf, war der Artikel ausverkauft.',
    reversed:
      'Die Überweisung wurde rückgängig gemacht. Prüfe dein Auszahlungskonto, bevor du es noch einmal versuchst.',
    notAccepted:
      'Der Auszahlungsanbieter konnte nicht an dein Konto zahlen. Prüfe das Konto, bevor du es noch einmal versuchst.',
    banned: 'Dein Konto ist gesperrt. Du kannst es noch einmal versuchen, sobald es wieder aktiv ist.',
    inDebt:
      'Eine Zahlung wurde zurückgenommen, und du schuldest Coins, Diamanten oder Geld aus Verkäufen. Was du zurückbekommst, gleicht das zuerst aus. Danach kannst du es noch einmal versuchen.',
    noLongerCreator: 'An dein Konto kann nicht mehr ausgezahlt werden.',
    removedByStaff: 'Unser Team hat es entfernt, weil es gegen die Hausregeln verstößt.',
  },
  devices: {
    both: '{app} {system}',
    app: 'einer App',
    unknown: 'einer unbekannten App',
    systems: {
      iphone: 'auf einem iPhone',
      ipad: 'auf einem iPad',
      android: 'unter Android',
      windows: 'unter Windows',
      chromeos: 'unter ChromeOS',
      mac: 'auf einem Mac',
      linux: 'unter Linux',
    },
  },
  blocks: { blocked: 'Du hast jemanden blockiert', unblocked: 'Du blockierst jemanden nicht mehr' },
  chat: { mention: '{actor} hat dich erwähnt', reply: '{actor} hat dir geantwortet' },
} satisfies Texts;
