BEGIN TRANSACTION;
CREATE TABLE commits (
	revision INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	batch VARCHAR, 
	details TEXT NOT NULL, 
	digest VARCHAR NOT NULL, 
	previous VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (revision)
);
INSERT INTO "commits" VALUES(0,'2026-11-23T08:07:00+08:00','tester','init',NULL,'{"region": [113, 33, 115, 34.5], "tz": "Asia/Shanghai"}','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855','0000000000000000000000000000000000000000000000000000000000000000','db0ba2c08b827c4c70a5b35097cb498b352407ce8ec477d13028f3508826f3b1');
INSERT INTO "commits" VALUES(1,'2026-11-23T08:21:00+08:00','tester','import','b1','{"codes": {}, "datum": "wgs84", "file": "stations.csv", "kinds": ["monitoring_station"], "new": 3, "rejected": 0, "sha256": "94de189a158997a2144f2a0291581bde7708521b3735cad9910c9445b6564adf", "unchanged": 0, "updated": 0}','9304a7761be0f8c5360f3af4260f8f41a524407cb806265ea121dace4cb8df23','db0ba2c08b827c4c70a5b35097cb498b352407ce8ec477d13028f3508826f3b1','51ff240d50bd52bcaf2dbf5d399e595d1d9fecdeea3259866949cc825b9f879d');
INSERT INTO "commits" VALUES(2,'2026-11-23T08:35:00+08:00','tester','import','b2','{"codes": {}, "datum": "gcj02", "file": "kilns.csv", "kinds": ["curing_kiln"], "new": 3, "rejected": 0, "sha256": "7cd7d5270a94ed88d90bfecd2d2482965f0e952d21e683e0fe89a524f34f6cd8", "unchanged": 0, "updated": 0}','972384f70e0a2c5f42e043b7a27c030f3d570d43664731b136f4d42bbe2b7e9a','51ff240d50bd52bcaf2dbf5d399e595d1d9fecdeea3259866949cc825b9f879d','22df45bf5f3e4e4e8485cbc9c70809d5cfd03fedfdef3ab98f637101c714075b');
INSERT INTO "commits" VALUES(3,'2026-11-23T08:49:00+08:00','tester','import','b3','{"codes": {}, "datum": "wgs84", "file": "zones.geojson", "kinds": ["coal_ban_zone"], "new": 1, "rejected": 0, "sha256": "4e8d8a809e70596869afc996b20e56fc8a00986f8e7f5a39ab52bd6f941f89f0", "unchanged": 0, "updated": 0}','b3467c52eaa7c6b3cdb7a3c4c63107a44abf8111bc3531c906e6a40143a7ebba','22df45bf5f3e4e4e8485cbc9c70809d5cfd03fedfdef3ab98f637101c714075b','77f27afdf85f68f3baaf7b5e0c36f54676e4f58084322aec03b3cb8e1cad2679');
INSERT INTO "commits" VALUES(4,'2026-11-23T09:03:00+08:00','tester','import','b4','{"codes": {}, "datum": "gcj02", "file": "kilns.csv", "kinds": ["curing_kiln"], "new": 1, "rejected": 0, "sha256": "6b24f5bdb87f848c2b91da771e169efc7c52acdfebc58191bdaae3ebd63dc978", "unchanged": 0, "updated": 1}','ae84260ce33ad3d94a84ee442ae63e7d0b8c43892eb508b35a8c5b26707d93f0','77f27afdf85f68f3baaf7b5e0c36f54676e4f58084322aec03b3cb8e1cad2679','23b11b9b2d9a6be73b63877a0d2507d002c0512a94d3baf61cd273abb3f26178');
INSERT INTO "commits" VALUES(5,'2026-11-23T09:10:00+08:00','tester','undo','b5','{"closed": 2, "reopened": 1, "undone": "b4"}','2a7f3747e8844eb56938e3fac138481bd845d8219ab92a70251b6bb99d49884d','23b11b9b2d9a6be73b63877a0d2507d002c0512a94d3baf61cd273abb3f26178','36542212e6c4566e746b1c19bb18b69d1769ceb8ec9fcf8b452c83a0f0ee6bd0');
INSERT INTO "commits" VALUES(6,'2026-11-23T09:24:00+08:00','tester','import','b6','{"codes": {}, "datum": "gcj02", "file": "kilns.csv", "kinds": ["curing_kiln"], "new": 1, "rejected": 0, "sha256": "6b24f5bdb87f848c2b91da771e169efc7c52acdfebc58191bdaae3ebd63dc978", "unchanged": 0, "updated": 1}','4604b5d015214166ff5e645b1ee1c5b54e9bc9bb51f7fff394dc2f760f81ef3c','36542212e6c4566e746b1c19bb18b69d1769ceb8ec9fcf8b452c83a0f0ee6bd0','77f359c4839b92a78ebc8cc81f91043270c6696c73ebf36e6b8bafe13d146168');
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE records (
	seq INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	code VARCHAR, 
	code_no INTEGER NOT NULL, 
	name VARCHAR, 
	status VARCHAR, 
	district VARCHAR, 
	township VARCHAR, 
	uscc VARCHAR, 
	lon FLOAT, 
	lat FLOAT, 
	shape BLOB, 
	datum VARCHAR, 
	x_given VARCHAR, 
	y_given VARCHAR, 
	accuracy_m FLOAT, 
	coord_method VARCHAR, 
	valid_from VARCHAR, 
	valid_to VARCHAR, 
	synthetic BOOLEAN NOT NULL, 
	batch VARCHAR, 
	"row" INTEGER, 
	attributes TEXT NOT NULL, 
	known_from INTEGER NOT NULL, 
	known_to INTEGER, 
	PRIMARY KEY (seq)
);
INSERT INTO "records" VALUES(1,'ffec38f4af1788b6',1,'monitoring_station','2399A',1,'三五一五工厂','operating','召陵区',NULL,NULL,114.051,33.5699,NULL,'wgs84','114.051','33.5699',NULL,NULL,NULL,NULL,0,'b1',2,'{"level": "national"}',1,NULL);
INSERT INTO "records" VALUES(2,'967c3241b8441352',1,'monitoring_station','2400A',1,'漯河大学','operating','源汇区',NULL,NULL,114.0055,33.5698,NULL,'wgs84','114.0055','33.5698',NULL,NULL,NULL,NULL,0,'b1',3,'{"level": "national"}',1,NULL);
INSERT INTO "records" VALUES(3,'26d86bb62f58b64c',1,'monitoring_station','2401A',1,'市水利局','operating','郾城区',NULL,NULL,114.0138,33.5828,NULL,'wgs84','114.0138','33.5828',NULL,NULL,NULL,NULL,0,'b1',4,'{"level": "national"}',1,NULL);
INSERT INTO "records" VALUES(4,'f83155cf192e55e9',1,'curing_kiln','K1',1,'示例烤房一','registered','郾城区',NULL,NULL,1.14027147701802334723e+02,3.3580657618437975032e+01,NULL,'gcj02','114.0331','33.5792',NULL,NULL,NULL,NULL,0,'b2',2,'{"discovered_on": "2024-02-29", "note": "一号"}',2,4);
INSERT INTO "records" VALUES(5,'b799ecd9d822b9fe',1,'curing_kiln','K2',1,'示例烤房二','registered','源汇区',NULL,NULL,1.14034230801961967928e+02,3.35824381248174432803e+01,NULL,'gcj02','114.0402','33.5810',NULL,NULL,NULL,NULL,0,'b2',3,'{"discovered_on": "2025-03-01"}',2,NULL);
INSERT INTO "records" VALUES(6,'eefa5bbfa4f8fa35',1,'curing_kiln','K3',1,'示例烤房三','registered','召陵区',NULL,NULL,1.1404011857532634622e+02,3.3577725349355503682e+01,NULL,'gcj02','114.0461','33.5763',NULL,NULL,NULL,NULL,0,'b2',4,'{"discovered_on": "2025-04-02", "note": "三号"}',2,NULL);
INSERT INTO "records" VALUES(7,'e371477336ef4c6b',1,'coal_ban_zone','Z1',1,'示例禁煤区','registered',NULL,NULL,NULL,NULL,NULL,X'010300000001000000050000000000000000805C4048E17A14AEC74040A4703D0AD7835C4048E17A14AEC74040A4703D0AD7835C40CDCCCCCCCCCC40400000000000805C40CDCCCCCCCCCC40400000000000805C4048E17A14AEC74040','wgs84',NULL,NULL,NULL,NULL,NULL,NULL,0,'b3',1,'{}',3,NULL);
INSERT INTO "records" VALUES(8,'f83155cf192e55e9',2,'curing_kiln','K1',1,'示例烤房一（改）','registered','郾城区',NULL,NULL,1.14027147701802334723e+02,3.3580657618437975032e+01,NULL,'gcj02','114.0331','33.5792',NULL,NULL,NULL,NULL,0,'b4',2,'{"discovered_on": "2024-02-29", "note": "一号"}',4,5);
INSERT INTO "records" VALUES(9,'b2d8929380535c72',1,'curing_kiln','K4',1,'示例烤房四','registered','源汇区',NULL,NULL,1.14044210913350383405e+02,3.35734175047776872702e+01,NULL,'gcj02','114.0502','33.5720',NULL,NULL,NULL,NULL,0,'b4',3,'{"discovered_on": "2025-05-01"}',4,5);
INSERT INTO "records" VALUES(10,'f83155cf192e55e9',3,'curing_kiln','K1',1,'示例烤房一','registered','郾城区',NULL,NULL,1.14027147701802334723e+02,3.3580657618437975032e+01,NULL,'gcj02','114.0331','33.5792',NULL,NULL,NULL,NULL,0,'b5',2,'{"discovered_on": "2024-02-29", "note": "一号"}',5,6);
INSERT INTO "records" VALUES(11,'f83155cf192e55e9',4,'curing_kiln','K1',1,'示例烤房一（改）','registered','郾城区',NULL,NULL,1.14027147701802334723e+02,3.3580657618437975032e+01,NULL,'gcj02','114.0331','33.5792',NULL,NULL,NULL,NULL,0,'b6',2,'{"discovered_on": "2024-02-29", "note": "一号"}',6,NULL);
INSERT INTO "records" VALUES(12,'66f5574f9a01bd46',1,'curing_kiln','K4',1,'示例烤房四','registered','源汇区',NULL,NULL,1.14044210913350383405e+02,3.35734175047776872702e+01,NULL,'gcj02','114.0502','33.5720',NULL,NULL,NULL,NULL,0,'b6',3,'{"discovered_on": "2025-05-01"}',6,NULL);
CREATE INDEX records_open ON records (kind, code) WHERE known_to IS NULL;
CREATE INDEX records_closed ON records (known_to);
CREATE INDEX records_opened ON records (known_from);
CREATE UNIQUE INDEX records_version ON records (id, version);
COMMIT;
